"""Who gets which answer from every address: `matrix.csv` and the test that compares."""
