# A migration as one C string; comments and empty lines stay out.
s/[ 	]*--.*$//
/^$/d
s/\\/\\\\/g
s/"/\\"/g
s/^/"/
s/$/\\n"/
$s/$/,/
