"""What `make run` and `make test` stand on: a development machine set up by itself, with services of its own."""
