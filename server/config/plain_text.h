// Text that came from elsewhere (a server, a client, a file), made fit to be shown.
//
// Pure functions; any thread.
#ifndef LEADERSHIP_BROKER_CONFIG_PLAIN_TEXT_H_
#define LEADERSHIP_BROKER_CONFIG_PLAIN_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace leadership_broker::config {

// Whether `text` is UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing past U+10FFFF.
bool IsUtf8(absl::string_view text);

// With the bytes made visible that are no UTF-8.
std::string ToUtf8(absl::string_view text);

// UTF-8 on one line: control characters are made visible too.
std::string ToPlainText(absl::string_view text);

// At most the first `most` bytes of `text`, and "..." where there were more; a character of UTF-8 is not cut in two.
std::string Shortened(absl::string_view text, size_t most);

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_PLAIN_TEXT_H_
