"""Nothing can be quietly changed: change history, hash chain, roots, verification."""
