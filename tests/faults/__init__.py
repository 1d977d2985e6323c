"""What is left when a process is killed, a disk is full or a database goes away. Slow: `make faults`."""
