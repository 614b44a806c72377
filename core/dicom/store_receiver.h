// Plans that come over the network: a DICOM storage service (C-STORE, C-ECHO) that keeps what it receives, byte for
// byte, as files. Nothing of an object is parsed here, so a length that an object only claims costs no memory.
//
// It listens on every interface of the machine. Who may send is a list of callers: whoever is not on it, by
// address and by AE title, is refused; an empty list refuses everybody. AE titles are no secret: where the network is
// not trusted, use TLS, which asks each sender for a certificate.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dosegate::dicom {

/// Who may send.
struct AllowedCaller {
  std::string aet;   ///< its AE title
  std::string host;  ///< its IPv4 address, or a name that is looked up once, when listening begins
};

/// "AET@HOST". Errors: OptionInvalid (no "@", an AE title of no or more than 16 characters, or no host).
[[nodiscard]] Result<AllowedCaller> parse_caller(std::string_view text);

/// PEM files. Each sender must show a certificate that one of the authorities signed.
struct TlsFiles {
  std::string certificate, key, authorities;
};

struct ReceiverOptions {
  std::string aet;         ///< our AE title; a caller that calls another is refused
  std::uint16_t port = 0;  ///< 0: any that is free, see ReceiverEvent::Kind::Listening
  std::string folder;      ///< made if it is not there
  std::vector<AllowedCaller> allowed;
  std::uint64_t quota_bytes = 0;  ///< what all files in `folder` may have together
  std::optional<TlsFiles> tls;    ///< absent: plain DICOM
  unsigned senders = 8;           ///< served at a time; one more is told to come back
};

/// Something that happened. Texts come from the network: printable(), but hostile.
struct ReceiverEvent {
  enum class Kind {
    Listening,  ///< `text`: the port
    Stored,     ///< `path`: a whole object
    Refused,    ///< a caller; `text`: why
    NotStored,  ///< an object of an allowed caller; `text`: why
    Broken,     ///< an association that ended without being released; `text`: why
  };
  Kind kind{};
  std::string caller;  ///< "AET@address", as far as it is known
  std::string path;
  std::string text;
};

/// `stop` is asked several times a second on the calling thread, and on those of the senders; `tell` is called on any of
/// them, on several at once.
struct ReceiverHost {
  std::function<bool()> stop;
  std::function<void(const ReceiverEvent&)> tell;
};

/// Serves until `stop` says so; then what is being received is finished, unless it takes longer than half a minute.
/// RT Plan, RT Ion Plan, RT Structure Set and RT Dose are taken, in any uncompressed or deflated transfer syntax.
/// A file comes into being under a name of ours once its object arrived as a whole and is on the disk; only then
/// the sender is told so. One that cannot be read is answered 0xC000 (cannot understand) and goes again. An object beyond the quota, or that the disk has no room for, is answered 0xA700 (out of
/// resources), and nothing of it stays. Errors: OptionInvalid (AE title, a host without an address, TLS files),
/// FileUnwritable (the folder; the port, which belongs to somebody else or needs rights).
[[nodiscard]] Result<void> receive_stores(const ReceiverOptions& options, const ReceiverHost& host);

}  // namespace dosegate::dicom
