"""The two networks of a THA4 character as torch modules: the slow reference of the runtime's graphs."""
