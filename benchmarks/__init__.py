"""Quality and speed, measured: `python -m benchmarks`. Figures go to docs/benchmarks.md."""
