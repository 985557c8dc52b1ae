#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "CSimdjson.h"

namespace lantian {

/// Rewrites a body that the strict parser refused into one that it accepts, as far as that is honest:
/// - a scalar that is no JSON (`NaN`, `1e999`, `+5`, an integer beyond 64 bits) becomes a string of the same text, so
///   that only the column that asks for it fails, with its path;
/// - a fault in the structure ends the reading: elements of the outermost open array that were complete before it stay,
///   the rest is dropped, and `fault` says where and why.
/// False when nothing before the fault can be kept. `fault->code` stays 0 when only scalars were touched.
bool repair(const uint8_t *bytes, size_t length, std::string &out, lantian_json_fault *fault);

/// The offset of the first byte that is not UTF-8, `length` when all are.
size_t first_invalid_utf8(const uint8_t *bytes, size_t length);

void set_fault(lantian_json_fault *fault, int32_t code, uint64_t offset, const char *message, const std::string &path);

}  // namespace lantian
