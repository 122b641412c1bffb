"""The live path, rehearsed on the sandbox: default endpoints, credentials, TLS; only proxy and authority differ."""
