// Kubernetes' rules for names (DNS-1123, from RFC 1123).
#ifndef LEADERSHIP_BROKER_CONFIG_NAMES_H_
#define LEADERSHIP_BROKER_CONFIG_NAMES_H_

#include "absl/strings/string_view.h"

namespace leadership_broker::config {

// What a namespace may be called: at most 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit.
bool IsDns1123Label(absl::string_view name);

// What a ConfigMap or a Pod may be called: such labels (of any length) joined by dots, at most 253 characters.
bool IsDns1123Subdomain(absl::string_view name);

// What the key of a label may be: a name, before which a prefix that is such a subdomain, and a slash, may stand.
bool IsLabelKey(absl::string_view key);
bool IsLabelValue(absl::string_view value);

// Whether `text` can be an object's UID. (Most are UUIDs; a mirror pod's is a hash.)
bool IsUid(absl::string_view text);

// For messages about a name that is none.
inline constexpr absl::string_view kDns1123SubdomainRule =
    "at most 253 of a-z, 0-9, '-' and '.', each part beginning and ending with a letter or digit";

inline constexpr absl::string_view kLabelKeyRule =
    "at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', beginning and ending with a letter or digit; DOMAIN/ may stand "
    "before";
inline constexpr absl::string_view kLabelValueRule =
    "at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', beginning and ending with a letter or digit; or nothing";

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_NAMES_H_
