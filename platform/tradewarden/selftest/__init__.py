"""The self-test: real kills of workers, brokers and databases, and the table that says what they cost."""
