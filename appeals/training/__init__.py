"""Training mode: invented calls, answered like real ones, scored; counted nowhere else."""
