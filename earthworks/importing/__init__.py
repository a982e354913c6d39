"""Plans of repairs from offices' files: `import_layer works`."""
