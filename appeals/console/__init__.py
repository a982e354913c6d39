"""The desk: the operators' and coordinators' pages at `/desk/`."""
