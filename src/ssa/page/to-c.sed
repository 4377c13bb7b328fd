# A text file as C string literals, one a line; joined by the compiler.
s/\\/\\\\/g
s/"/\\"/g
s/^/"/
s/$/\\n"/
