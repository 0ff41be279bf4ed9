// Whether this program was built with AddressSanitizer, which makes everything slower and keeps freed memory.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_SANITIZER_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_SANITIZER_H_

namespace leadership_broker::testing {

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LB_UNDER_ADDRESS_SANITIZER
#endif
#endif
#if defined(LB_UNDER_ADDRESS_SANITIZER)
inline constexpr bool kUnderAddressSanitizer = true;
#else
inline constexpr bool kUnderAddressSanitizer = false;
#endif

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_SANITIZER_H_
