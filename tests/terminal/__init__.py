"""The whole product as a person has it: a process in a real terminal, keys in, characters out."""
