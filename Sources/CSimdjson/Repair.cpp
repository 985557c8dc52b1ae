#include "Repair.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

namespace lantian {

void set_fault(lantian_json_fault *fault, int32_t code, uint64_t offset, const char *message, const std::string &path) {
  fault->code = code;
  fault->offset = offset;
  std::snprintf(fault->message, sizeof fault->message, "%s", message);
  std::snprintf(fault->path, sizeof fault->path, "%s", path.c_str());
}

size_t first_invalid_utf8(const uint8_t *p, size_t n) {
  size_t i = 0;
  while (i < n) {
    const uint8_t c = p[i];
    if (c < 0x80) {
      i++;
      continue;
    }
    size_t more;
    uint32_t value, least;
    if (c >= 0xC2 && c <= 0xDF) {
      more = 1, value = c & 0x1F, least = 0x80;
    } else if ((c & 0xF0) == 0xE0) {
      more = 2, value = c & 0x0F, least = 0x800;
    } else if (c >= 0xF0 && c <= 0xF4) {
      more = 3, value = c & 0x07, least = 0x10000;
    } else {
      return i;
    }
    if (n - i <= more) return i;
    for (size_t k = 1; k <= more; k++) {
      if ((p[i + k] & 0xC0) != 0x80) return i;
      value = value << 6 | (p[i + k] & 0x3F);
    }
    if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return i;
    i += more + 1;
  }
  return n;
}

namespace {

constexpr size_t scalar_limit_bytes = 4096;
constexpr size_t path_key_limit_bytes = 40;

enum class Expect { value, value_or_end, key_or_end, key, colon, comma_or_end, nothing };

struct Level {
  bool array;
  uint32_t index = 0;
  std::string key;
  /// Length of the output after the last complete element.
  size_t complete = 0;
};

bool is_space(uint8_t c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

bool is_scalar_end(uint8_t c) {
  return is_space(c) || c == ',' || c == ']' || c == '}' || c == ':' || c == '"' || c == '[' || c == '{' || c == 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether simdjson takes the token as it stands.
bool is_strict_scalar(std::string_view t) {
  if (t == "true" || t == "false" || t == "null") return true;
  size_t i = 0;
  if (i < t.size() && t[i] == '-') i++;
  const size_t digits = i;
  while (i < t.size() && is_digit(t[i])) i++;
  if (i == digits || (t[digits] == '0' && i - digits > 1)) return false;
  bool integer = true;
  if (i < t.size() && t[i] == '.') {
    integer = false;
    const size_t start = ++i;
    while (i < t.size() && is_digit(t[i])) i++;
    if (i == start) return false;
  }
  if (i < t.size() && (t[i] == 'e' || t[i] == 'E')) {
    integer = false;
    i++;
    if (i < t.size() && (t[i] == '+' || t[i] == '-')) i++;
    const size_t start = i;
    while (i < t.size() && is_digit(t[i])) i++;
    if (i == start) return false;
  }
  if (i != t.size()) return false;
  if (integer) return t.size() <= 18;
  double value = 0;
  const auto result = std::from_chars(t.data(), t.data() + t.size(), value);
  return result.ec == std::errc() && std::isfinite(value);
}

class Scanner {
 public:
  Scanner(const uint8_t *bytes, size_t length, std::string &out) : p(bytes), n(length), out(out) {}

  bool run(lantian_json_fault *fault) {
    out.clear();
    out.reserve(n + 64);
    while (true) {
      while (i < n && is_space(p[i])) i++;
      if (i == n) {
        if (expect == Expect::nothing) return true;
        return stop(fault, LANTIAN_JSON_TRUNCATED, "the body ends inside a value");
      }
      const char *wrong = step();
      if (wrong != nullptr) {
        return stop(fault, i >= n ? LANTIAN_JSON_TRUNCATED : code, i >= n ? "the body ends inside a value" : wrong);
      }
    }
  }

 private:
  const uint8_t *p;
  size_t n, i = 0;
  std::string &out;
  std::vector<Level> stack;
  Expect expect = Expect::value;
  int32_t code = LANTIAN_JSON_SYNTAX;

  const char *step() {
    const uint8_t c = p[i];
    switch (expect) {
      case Expect::nothing:
        return "there is more after the end of the value";
      case Expect::colon:
        if (c != ':') return "a colon is missing after a key";
        out += ':';
        i++;
        expect = Expect::value;
        return nullptr;
      case Expect::comma_or_end:
        if (c == ',') {
          out += ',';
          i++;
          if (stack.back().array) stack.back().index++;
          expect = stack.back().array ? Expect::value : Expect::key;
          return nullptr;
        }
        return close(c) ? nullptr : "a comma is missing between two values";
      case Expect::key_or_end:
        if (c == '}' && close(c)) return nullptr;
        [[fallthrough]];
      case Expect::key: {
        if (c != '"') return "a key is missing";
        const size_t start = i;
        const char *wrong = string();
        if (wrong == nullptr) {
          const size_t length = std::min(i - start - 2, path_key_limit_bytes);
          stack.back().key.assign(reinterpret_cast<const char *>(p) + start + 1, length);
          expect = Expect::colon;
        }
        return wrong;
      }
      case Expect::value_or_end:
        if (c == ']' && close(c)) return nullptr;
        [[fallthrough]];
      case Expect::value:
        return value(c);
    }
    return "unreadable";
  }

  const char *value(uint8_t c) {
    if (c == '{' || c == '[') {
      if (stack.size() + 1 >= LANTIAN_JSON_MAX_DEPTH) {
        code = LANTIAN_JSON_TOO_DEEP;
        return "values are nested too deeply";
      }
      out += static_cast<char>(c);
      i++;
      Level level;
      level.array = c == '[';
      level.complete = out.size();
      stack.push_back(std::move(level));
      expect = c == '[' ? Expect::value_or_end : Expect::key_or_end;
      return nullptr;
    }
    const char *wrong = c == '"' ? string() : scalar();
    if (wrong == nullptr) completed();
    return wrong;
  }

  bool close(uint8_t c) {
    if (stack.empty() || c != (stack.back().array ? ']' : '}')) return false;
    out += static_cast<char>(c);
    i++;
    stack.pop_back();
    completed();
    return true;
  }

  void completed() {
    if (stack.empty()) {
      expect = Expect::nothing;
    } else {
      stack.back().complete = out.size();
      expect = Expect::comma_or_end;
    }
  }

  const char *string() {
    const size_t start = i++;
    while (i < n && p[i] != '"') {
      if (p[i] < 0x20) return "a control character stands inside a string";
      if (p[i] == '\\') {
        if (++i >= n) break;
        if (std::strchr("\"\\/bfnrtu", p[i]) == nullptr || p[i] == 0) return "an unknown escape stands in a string";
        if (p[i] == 'u') {
          for (int k = 0; k < 4; k++) {
            if (++i >= n) return "";
            if (!std::isxdigit(p[i])) return "an unknown escape stands in a string";
          }
        }
      }
      i++;
    }
    if (i >= n) return "";
    i++;
    out.append(reinterpret_cast<const char *>(p) + start, i - start);
    return nullptr;
  }

  const char *scalar() {
    size_t end = i;
    while (end < n && !is_scalar_end(p[end])) end++;
    const std::string_view token(reinterpret_cast<const char *>(p) + i, end - i);
    if (token.empty()) return "a value is missing";
    if (token.size() > scalar_limit_bytes) return "a number is too long";
    if (end == n) {
      // Cut inside a number, or a whole document that is one scalar: only the second may stand.
      if (!stack.empty()) {
        i = n;
        return "";
      }
    }
    if (is_strict_scalar(token)) {
      out.append(token);
    } else {
      for (const char c : token) {
        if (static_cast<uint8_t>(c) <= 0x20 || c == '\\' || c == '<' || c == 0x7F) return "unreadable text";
      }
      out += '"';
      out.append(token);
      out += '"';
    }
    i = end;
    return nullptr;
  }

  std::string path() const {
    std::string text = "$";
    for (const Level &level : stack) {
      if (text.size() > sizeof(lantian_json_fault::path) - 60) return text + "…";
      if (level.array) {
        text += "[" + std::to_string(level.index) + "]";
      } else if (!level.key.empty()) {
        text += "." + level.key;
      }
    }
    return text;
  }

  bool stop(lantian_json_fault *fault, int32_t why, const char *message) {
    set_fault(fault, why, i, message, path());
    if (expect == Expect::nothing) return true;  // the value itself is whole
    size_t outer = 0;
    while (outer < stack.size() && !stack[outer].array) outer++;
    if (outer == stack.size()) return false;
    out.resize(stack[outer].complete);
    out += ']';
    out.append(outer, '}');
    return true;
  }
};

}  // namespace

bool repair(const uint8_t *bytes, size_t length, std::string &out, lantian_json_fault *fault) {
  return Scanner(bytes, length, out).run(fault);
}

}  // namespace lantian
