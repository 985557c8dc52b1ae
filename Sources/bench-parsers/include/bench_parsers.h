#ifndef LANTIAN_BENCH_PARSERS_H
#define LANTIAN_BENCH_PARSERS_H

// What reading a feed body costs at the least in C and C++: every element visited, every number converted, nothing kept.
// No names are mapped, no units, stamps or stations understood, no errors told: a bound, not an equal.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  /// Numbers converted; 0 when the body is not of the format.
  size_t numbers;
  /// Their sum, so that no compiler leaves the work out.
  double sum;
} lantian_bench_parsed;

/// One JSON body through simdjson's DOM.
lantian_bench_parsed lantian_bench_parse_json(const uint8_t *bytes, size_t count);
/// A JSON body a line through simdjson's stream of documents.
lantian_bench_parsed lantian_bench_parse_ndjson(const uint8_t *bytes, size_t count);
/// Fields between `delimiter` and line ends, through memchr and strtod.
lantian_bench_parsed lantian_bench_parse_delimited(const uint8_t *bytes, size_t count, char delimiter);
/// Elements and texts through expat, strtod on every text.
lantian_bench_parsed lantian_bench_parse_xml(const uint8_t *bytes, size_t count);
/// Lines of words separated by spaces, commas, braces and equals signs, strtod on every word that begins like a number.
lantian_bench_parsed lantian_bench_parse_words(const uint8_t *bytes, size_t count);

#ifdef __cplusplus
}
#endif
#endif
