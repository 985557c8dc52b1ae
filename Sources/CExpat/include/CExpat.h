#ifndef LANTIAN_CEXPAT_H
#define LANTIAN_CEXPAT_H

// expat for Swift: the library's own functions, and the one thing Swift cannot call.

// Debian's expat is built with DTD support; the header shows the expansion limits only when this is defined.
#define XML_DTD 1
#include <expat.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Makes a parser safe and forgiving before its first byte: entities outside the body are refused, expansion inside it
/// is bounded to `amplification` times the input once `threshold` bytes are made, and an entity nobody defined
/// (`&mdash;`) goes to the skipped-entity handler instead of ending the parse. 0 when the library lacks one of these.
int lantian_expat_guard(XML_Parser parser, float amplification, uint64_t threshold_bytes);

/// Rewrites GB18030 (and its subsets GBK and GB 2312), which expat does not know, as UTF-8. `output` holds at least twice
/// `length` bytes (two bytes become three at most, four become four). Returns the bytes written; -1 with `*invalid` at
/// the first byte that is no GB18030; -2 when the C library has no such converter.
long lantian_gb18030_to_utf8(const uint8_t *bytes, size_t length, uint8_t *output, size_t capacity, size_t *invalid);

#ifdef __cplusplus
}
#endif
#endif
