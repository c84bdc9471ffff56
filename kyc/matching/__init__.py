"""How two names are weighed, part by part; one module per pair of name kinds. Pure functions over kyc.names."""
