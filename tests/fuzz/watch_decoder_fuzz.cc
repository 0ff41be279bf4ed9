// The bytes of a watch: however they are cut, they give the same events, or the same error after the same events.
//
// Input: a line of piece sizes (pieces.h), then the stream.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "server/kube/json.h"
#include "server/kube/watch_decoder.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/pieces.h"

namespace leadership_broker::fuzz {
namespace {

template <typename Object>
std::string Describe(const typename kube::WatchDecoder<Object>::Event& event) {
  if (const auto* bookmark = std::get_if<kube::BookmarkEvent>(&event)) {
    Check(!bookmark->resource_version.empty(), "a bookmark names a resourceVersion");
    return absl::StrCat("bookmark ", bookmark->resource_version);
  }
  if (const auto* error = std::get_if<kube::ErrorEvent>(&event)) return absl::StrCat("error ", Bytes(error->status));
  const auto& object = std::get<kube::ObjectEvent<Object>>(event);
  const kube::ObjectMeta& metadata = object.object.metadata();
  Check(!metadata.uid().empty() && !metadata.resource_version().empty(), "an object has uid and resourceVersion");
  return absl::StrCat(static_cast<int>(object.kind), " ", Bytes(object.object));
}

// One string for each event, the error or "rest" as the last.
template <typename Object>
std::vector<std::string> Read(const std::vector<absl::string_view>& pieces) {
  kube::WatchDecoder<Object> decoder;
  std::vector<std::string> read;
  for (const absl::string_view piece : pieces) {
    // A copy of its own, so that what is kept of it beyond its life is seen.
    decoder.Feed(std::string(piece));
    while (true) {
      const auto event = decoder.Next();
      if (!event.ok()) {
        Check(absl::IsDataLoss(event.status()), "what is no event is DATA_LOSS", event.status().ToString());
        Check(IsPrintable(event.status().message()), "an error can be shown", event.status().ToString());
        read.push_back(event.status().ToString());
        return read;
      }
      if (!event->has_value()) break;
      read.push_back(Describe<Object>(**event));
    }
  }
  if (decoder.HasRest()) read.push_back("rest");
  return read;
}

template <typename Object>
void Compare(const std::vector<absl::string_view>& pieces, absl::string_view stream) {
  const std::vector<std::string> whole = Read<Object>({stream});
  const std::vector<std::string> cut = Read<Object>(pieces);
  if (whole == cut) return;
  Fail("every split gives the same events",
       absl::StrCat(absl::StrJoin(whole, "\n"), "\n  and in pieces: ", absl::StrJoin(cut, "\n")));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const FirstLine input = SplitFirstLine({reinterpret_cast<const char*>(data), size});
  const std::vector<absl::string_view> pieces = Pieces(input.line, input.rest);
  Compare<kube::ConfigMap>(pieces, input.rest);
  Compare<kube::Pod>(pieces, input.rest);
  return 0;
}

}  // namespace leadership_broker::fuzz
