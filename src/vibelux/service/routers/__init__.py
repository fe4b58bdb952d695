"""The API's addresses, one file a resource; each parses, calls the library and presents."""
