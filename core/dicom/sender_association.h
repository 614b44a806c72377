// One sender, from its introduction to its farewell. Private to this room.
#pragma once

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "dicom/store_receiver.h"
#include "dicom/stored_object.h"

struct T_ASC_Association;

namespace dosegate::dicom {

/// 1 to 16 characters of the default repertoire, no backslash, not blank (PS3.5 section 6.2, AE).
[[nodiscard]] bool is_ae_title(std::string_view text);

/// Who may send, by AE title and IPv4 address.
class Callers {
 public:
  void allow(const std::string& aet, const std::string& address) {
    pairs_.emplace(aet, address);
    addresses_.insert(address);
  }
  [[nodiscard]] bool may_connect(const std::string& address) const {
    return addresses_.contains(address);
  }
  [[nodiscard]] bool may_send(const std::string& aet, const std::string& address) const {
    return pairs_.contains({aet, address});
  }

 private:
  std::set<std::pair<std::string, std::string>> pairs_;
  std::set<std::string> addresses_;
};

/// What all senders are served with.
struct Service {
  std::string aet, folder;
  const Callers& callers;
  std::atomic<std::uint64_t> next_file;
  Quota quota;
  const ReceiverHost& host;
};

/// Of a piece that the network hands over; DCMTK has that much memory for each sender.
inline constexpr long kLongestPdu = 65536;
/// After that the sender is given up.
inline constexpr int kMostSilentSeconds = 30;

/// Negotiates and stores until the sender at that address is done, breaks off, or the host says stop between two
/// objects.
void serve_sender(T_ASC_Association& association, const std::string& address, Service& service);

/// A sender that hangs up while it is answered must not end the process. For the calling thread only; a host's
/// own way with the signal stays.
void ignore_broken_pipes();

}  // namespace dosegate::dicom
