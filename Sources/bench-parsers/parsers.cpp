#include "bench_parsers.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include <expat.h>
#include <simdjson.h>

using simdjson::dom::element;
using simdjson::dom::element_type;

namespace {

void visit(const element &e, lantian_bench_parsed &out) {
  switch (e.type()) {
    case element_type::ARRAY:
      for (const element item : simdjson::dom::array(e)) visit(item, out);
      return;
    case element_type::OBJECT:
      for (const auto field : simdjson::dom::object(e)) visit(field.value, out);
      return;
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE: {
      double value = 0;
      if (e.get(value) == simdjson::SUCCESS) {
        out.numbers++;
        out.sum += value;
      }
      return;
    }
    default: return;
  }
}

bool begins_number(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+'; }

/// strtod on a word that need not end in a zero byte.
void convert(const char *text, size_t length, lantian_bench_parsed &out) {
  char word[64];
  if (length == 0 || length >= sizeof word || !begins_number(text[0])) return;
  std::memcpy(word, text, length);
  word[length] = 0;
  char *end = nullptr;
  const double value = std::strtod(word, &end);
  if (end == word) return;
  out.numbers++;
  out.sum += value;
}

struct Texts {
  lantian_bench_parsed out{0, 0};
  std::string text;
};

void on_start(void *context, const XML_Char *, const XML_Char **) { static_cast<Texts *>(context)->text.clear(); }
void on_end(void *context, const XML_Char *) {
  auto *texts = static_cast<Texts *>(context);
  convert(texts->text.data(), texts->text.size(), texts->out);
  texts->text.clear();
}
void on_text(void *context, const XML_Char *text, int length) {
  static_cast<Texts *>(context)->text.append(text, size_t(length));
}

}  // namespace

extern "C" {

lantian_bench_parsed lantian_bench_parse_json(const uint8_t *bytes, size_t count) {
  static simdjson::dom::parser parser;
  lantian_bench_parsed out{0, 0};
  element root;
  if (parser.parse(bytes, count, true).get(root) == simdjson::SUCCESS) visit(root, out);
  return out;
}

lantian_bench_parsed lantian_bench_parse_ndjson(const uint8_t *bytes, size_t count) {
  static simdjson::dom::parser parser;
  lantian_bench_parsed out{0, 0};
  simdjson::padded_string padded(reinterpret_cast<const char *>(bytes), count);
  simdjson::dom::document_stream stream;
  if (parser.parse_many(padded, 1 << 20).get(stream) != simdjson::SUCCESS) return out;
  for (auto document : stream) {
    element root;
    if (document.get(root) == simdjson::SUCCESS) visit(root, out);
  }
  return out;
}

lantian_bench_parsed lantian_bench_parse_delimited(const uint8_t *bytes, size_t count, char delimiter) {
  lantian_bench_parsed out{0, 0};
  const char *at = reinterpret_cast<const char *>(bytes), *const end = at + count;
  while (at < end) {
    const char *line = static_cast<const char *>(std::memchr(at, '\n', size_t(end - at)));
    if (line == nullptr) line = end;
    while (at < line) {
      const char *field = static_cast<const char *>(std::memchr(at, delimiter, size_t(line - at)));
      if (field == nullptr) field = line;
      convert(at, size_t(field - at), out);
      at = field + 1;
    }
    at = line + 1;
  }
  return out;
}

lantian_bench_parsed lantian_bench_parse_xml(const uint8_t *bytes, size_t count) {
  Texts texts;
  XML_Parser parser = XML_ParserCreate(nullptr);
  if (parser == nullptr) return texts.out;
  XML_SetUserData(parser, &texts);
  XML_SetElementHandler(parser, on_start, on_end);
  XML_SetCharacterDataHandler(parser, on_text);
  if (XML_Parse(parser, reinterpret_cast<const char *>(bytes), int(count), 1) != XML_STATUS_OK) texts.out.numbers = 0;
  XML_ParserFree(parser);
  return texts.out;
}

lantian_bench_parsed lantian_bench_parse_words(const uint8_t *bytes, size_t count) {
  lantian_bench_parsed out{0, 0};
  const char *const text = reinterpret_cast<const char *>(bytes);
  size_t start = 0;
  for (size_t index = 0; index <= count; index++) {
    const char c = index < count ? text[index] : '\n';
    if (c != ' ' && c != ',' && c != '=' && c != '\n' && c != '{' && c != '}' && c != '"') continue;
    convert(text + start, index - start, out);
    start = index + 1;
  }
  return out;
}

}  // extern "C"
