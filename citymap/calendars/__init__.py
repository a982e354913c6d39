"""When bodies work: schedules and moved days, over `citymap.worktime`."""
