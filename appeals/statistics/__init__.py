"""What came, what became of it, by whom and where: counted, each number with its cases."""
