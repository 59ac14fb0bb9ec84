"""tables: results of benchmarks in, tables out: `quality`, `speed` and `services`, in one `shape`."""
