"""The API's addresses, one module per resource; each parses, calls the library and presents."""
