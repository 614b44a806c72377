#include "dicom/store_receiver.h"

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first in every file that uses DCMTK.
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmnet/dimse.h>
#include <dcmtk/dcmtls/tlslayer.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/poll.h>
#include <sys/socket.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "base/text.h"
#include "dicom/dicom_file.h"
#include "dicom/sender_association.h"
#include "dicom/stored_object.h"

namespace dosegate::dicom {
namespace {

namespace fs = std::filesystem;
using Kind = ReceiverEvent::Kind;

// The IPv4 address of the other end; empty if there is none.
std::string peer_of(DcmNativeSocketType socket) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) return {};
  if (address.sin_family != AF_INET) return {};
  const auto* bytes = reinterpret_cast<const unsigned char*>(&address.sin_addr.s_addr);
  return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
}

Result<std::set<std::string>> addresses_of(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0 || found == nullptr) {
    return fail(ErrorCode::OptionInvalid,
                "The host has no IPv4 address that can be found; write the address itself.",
                printable(host));
  }
  std::set<std::string> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(
        &reinterpret_cast<const sockaddr_in*>(entry->ai_addr)->sin_addr.s_addr);
    addresses.insert(fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]));
  }
  ::freeaddrinfo(found);
  return addresses;
}

// Who came through the door last.
struct Entrance {
  DcmNativeSocketType socket = -1;
  std::string address;
  bool turned_away = false;
};

// Stands between the network and DCMTK: an address that is on no list is sent away before a byte of it is read.
// `Layer` makes the connection, with TLS or without.
template <class Layer>
class Door : public Layer {
 public:
  using Layer::Layer;
  const Callers* callers = nullptr;
  Entrance* entrance = nullptr;

  DcmTransportConnection* createConnection(DcmNativeSocketType socket, OFBool secure) override {
    *entrance = {socket, peer_of(socket), false};
    if (!callers->may_connect(entrance->address)) {
      entrance->turned_away = true;
      // DCMTK closes what it cannot use, but not at once.
      (void)::shutdown(socket, SHUT_RDWR);
      return nullptr;
    }
    DcmTransportConnection* connection = Layer::createConnection(socket, secure);
    // Instead of DCMTK's minute: nobody else is served while a caller introduces itself.
    const timeval patience{kIntroductionSeconds, 0};
    (void)::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return connection;
  }

  static constexpr int kIntroductionSeconds = 5;
};

tl::unexpected<Error> bad_tls(const char* what, const std::string& path, const OFCondition& why) {
  return fail(ErrorCode::OptionInvalid,
              fmt::format("The {} for TLS cannot be used ({}); name a PEM file.", what, why.text()),
              printable(path));
}

Result<std::unique_ptr<Door<DcmTLSTransportLayer>>> tls_door(const TlsFiles& files) {
  auto door = std::make_unique<Door<DcmTLSTransportLayer>>(NET_ACCEPTOR, nullptr, OFTrue);
  OFCondition status = door->setCertificateFile(files.certificate.c_str(), DCF_Filetype_PEM);
  if (status.bad()) return bad_tls("certificate", files.certificate, status);
  door->setPrivateKeyPasswd("");  // or OpenSSL asks for it on a terminal
  status = door->setPrivateKeyFile(files.key.c_str(), DCF_Filetype_PEM);
  if (status.bad()) return bad_tls("key", files.key, status);
  if (!door->checkPrivateKeyMatchesCertificate()) {
    return fail(ErrorCode::OptionInvalid, "The key for TLS does not belong to the certificate.",
                printable(files.key));
  }
  status = door->addTrustedCertificateFile(files.authorities.c_str(), DCF_Filetype_PEM);
  if (status.bad()) return bad_tls("certificate of the authority", files.authorities, status);
  status = door->setTLSProfile(TSP_Profile_BCP195_ND);  // TLS 1.2 or newer
  if (status.good()) status = door->activateCipherSuites();
  if (status.bad()) return bad_tls("profile", files.certificate, status);
  door->setCertificateVerification(DCV_requireCertificate);
  return door;
}

// No look-up of names that could hang, and no words of DCMTK's own, which could hold patients' names.
class NetworkSettings {
 public:
  NetworkSettings() : by_name_(dcmDisableGethostbyaddr.get()), level_(logger().getLogLevel()) {
    dcmDisableGethostbyaddr.set(OFTrue);
    logger().setLogLevel(OFLogger::OFF_LOG_LEVEL);
  }
  ~NetworkSettings() {
    dcmDisableGethostbyaddr.set(by_name_);
    logger().setLogLevel(level_);
  }
  NetworkSettings(const NetworkSettings&) = delete;
  NetworkSettings& operator=(const NetworkSettings&) = delete;

 private:
  static OFLogger logger() { return OFLog::getLogger("dcmtk"); }
  OFBool by_name_;
  dcmtk::log4cplus::LogLevel level_;
};

// Closes the connection and frees what belongs to it. At once: waiting for the other end to close first, as
// ASC_dropSCPAssociation() does, would let it hold up everybody.
struct EndAssociation {
  void operator()(T_ASC_Association* association) const {
    (void)ASC_dropAssociation(association);
    (void)ASC_destroyAssociation(&association);
  }
};
using Association = std::unique_ptr<T_ASC_Association, EndAssociation>;

struct Visitor {
  Association association;
  Entrance from;
};

struct EndNetwork {
  void operator()(T_ASC_Network* network) const { (void)ASC_dropNetwork(&network); }
};
using Network = std::unique_ptr<T_ASC_Network, EndNetwork>;

// A fixed number of threads that serve one sender each.
class Servers {
 public:
  Servers(unsigned count, Service& service) : service_(service) {
    for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Servers() {
    {
      std::unique_lock lock(mutex_);
      ended_ = true;
      came_.notify_all();
      const auto all_done = [&] { return served_.empty() && waiting_.empty(); };
      if (!done_.wait_for(lock, std::chrono::seconds(kMostSilentSeconds), all_done)) {
        for (const DcmNativeSocketType socket : served_) (void)::shutdown(socket, SHUT_RDWR);
      }
    }
    for (std::thread& thread : threads_) thread.join();
  }
  Servers(const Servers&) = delete;
  Servers& operator=(const Servers&) = delete;

  // False if nobody is free; then the visitor is still the caller's.
  bool serve(Visitor& visitor) {
    const std::lock_guard lock(mutex_);
    if (served_.size() + waiting_.size() >= threads_.size()) return false;
    waiting_.push_back(std::move(visitor));
    came_.notify_one();
    return true;
  }

 private:
  void work() {
    ignore_broken_pipes();
    std::unique_lock lock(mutex_);
    while (true) {
      came_.wait(lock, [&] { return ended_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      Visitor visitor = std::move(waiting_.front());
      waiting_.pop_front();
      served_.insert(visitor.from.socket);
      lock.unlock();
      serve(*visitor.association, visitor.from.address);
      lock.lock();
      served_.erase(visitor.from.socket);  // before it is closed: its number may come again
      lock.unlock();
      visitor.association.reset();
      done_.notify_all();
      lock.lock();
    }
  }

  // Whatever one sender brings about, the others are served on.
  void serve(T_ASC_Association& association, const std::string& address) const {
    try {
      serve_sender(association, address, service_);
    } catch (const std::exception& defect) {
      if (!service_.host.tell) return;
      service_.host.tell({Kind::Broken, "@" + address, {}, printable(defect.what())});
    }
  }

  Service& service_;
  std::mutex mutex_;
  std::condition_variable came_, done_;
  std::deque<Visitor> waiting_;
  std::set<DcmNativeSocketType> served_;
  bool ended_ = false;
  std::vector<std::thread> threads_;
};

// One more than the highest number that was given to a file in the folder.
std::uint64_t next_number(const std::string& folder) {
  std::uint64_t next = 1;
  std::error_code error;
  for (fs::directory_iterator entries(folder, error), end; !error && entries != end;
       entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    std::error_code ignored;
    if (is_left_draft(name)) fs::remove(entries->path(), ignored);  // of one that was interrupted
    std::uint64_t number = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
    if (read.ec == std::errc() && number >= next) next = number + 1;
  }
  return next;
}

class Receiver {
 public:
  Receiver(const ReceiverOptions& options, const ReceiverHost& host)
      : options_(options), host_(host) {}
  Result<void> run();

 private:
  Result<void> check_options();
  Result<void> open_door();
  Result<void> open_port();
  void tell(Kind kind, std::string caller, std::string text) const {
    if (host_.tell) host_.tell({kind, std::move(caller), {}, std::move(text)});
  }
  void accept_until_stopped(Servers& servers);
  void receive(Servers& servers);

  const ReceiverOptions& options_;
  const ReceiverHost& host_;
  Callers callers_;
  Entrance entrance_;
  std::unique_ptr<DcmTransportLayer> layer_;
  Network network_;
};

Result<void> Receiver::check_options() {
  if (!is_ae_title(options_.aet)) {
    return fail(ErrorCode::OptionInvalid, "An AE title has 1 to 16 characters and no backslash.",
                printable(options_.aet));
  }
  for (const AllowedCaller& caller : options_.allowed) {
    auto addresses = addresses_of(caller.host);
    if (!addresses) return tl::unexpected<Error>(addresses.error());
    for (const std::string& address : *addresses) callers_.allow(caller.aet, address);
  }
  std::error_code error;
  fs::create_directories(options_.folder, error);
  if (error) {
    return fail(ErrorCode::FileUnwritable,
                fmt::format("The folder cannot be made ({}).", error.message()),
                printable(options_.folder));
  }
  return {};
}

Result<void> Receiver::open_door() {
  const auto set_up = [&](auto door) {
    door->callers = &callers_;
    door->entrance = &entrance_;
    layer_ = std::move(door);
  };
  if (!options_.tls) {
    set_up(std::make_unique<Door<DcmTransportLayer>>());
    return {};
  }
  auto door = tls_door(*options_.tls);
  if (!door) return tl::unexpected<Error>(door.error());
  set_up(std::move(*door));
  return {};
}

Result<void> Receiver::open_port() {
  T_ASC_Network* network = nullptr;
  const OFCondition opened = ASC_initializeNetwork(
      NET_ACCEPTOR, options_.port, Door<DcmTransportLayer>::kIntroductionSeconds, &network);
  network_.reset(network);
  if (opened.bad()) {
    return fail(ErrorCode::FileUnwritable,
                fmt::format("Port {} cannot be listened on ({}); choose another, or end what has "
                            "it.",
                            options_.port, printable(opened.text())));
  }
  (void)ASC_setTransportLayer(network, layer_.get(), 0);
  sockaddr_in address{};
  socklen_t length = sizeof address;
  (void)::getsockname(DUL_networkSocket(network->network), reinterpret_cast<sockaddr*>(&address),
                      &length);
  tell(Kind::Listening, {}, fmt::format("{}", ntohs(address.sin_port)));
  return {};
}

void Receiver::receive(Servers& servers) {
  T_ASC_Association* received = nullptr;
  entrance_ = {};
  const OFCondition status = ASC_receiveAssociation(network_.get(), &received, kLongestPdu, nullptr,
                                                    nullptr, options_.tls.has_value(), DUL_NOBLOCK,
                                                    Door<DcmTransportLayer>::kIntroductionSeconds);
  Visitor visitor{Association(received), entrance_};
  const std::string caller = "@" + entrance_.address;
  if (entrance_.turned_away) {
    tell(Kind::Refused, caller, "its address is on no list");
    return;
  }
  if (status.bad()) {
    if (status != DUL_NOASSOCIATIONREQUEST) {
      tell(Kind::Refused, caller, "it did not introduce itself: " + printable(status.text()));
    }
    return;
  }
  // From here on it keeps nobody else waiting.
  const timeval patience{kMostSilentSeconds, 0};
  (void)::setsockopt(entrance_.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (servers.serve(visitor)) return;
  const T_ASC_RejectParameters busy{ASC_RESULT_REJECTEDTRANSIENT,
                                    ASC_SOURCE_SERVICEPROVIDER_PRESENTATION_RELATED,
                                    ASC_REASON_SP_PRES_LOCALLIMITEXCEEDED};
  (void)ASC_rejectAssociation(visitor.association.get(), &busy);
  tell(Kind::Refused, caller, "too many senders at a time");
}

void Receiver::accept_until_stopped(Servers& servers) {
  constexpr int kMilliseconds = 100;
  while (!host_.stop()) {
    pollfd waiting{DUL_networkSocket(network_->network), POLLIN, 0};
    if (::poll(&waiting, 1, kMilliseconds) > 0) receive(servers);
  }
}

Result<void> Receiver::run() {
  const DcmtkSession session;
  const NetworkSettings settings;
  if (const auto usable = check_dictionary(); !usable) return usable;
  if (const auto good = check_options(); !good) return good;
  if (const auto opened = open_door(); !opened) return opened;
  Service service{options_.aet,
                  options_.folder,
                  callers_,
                  next_number(options_.folder),
                  Quota(options_.folder, options_.quota_bytes),
                  host_};
  if (const auto opened = open_port(); !opened) return opened;
  ignore_broken_pipes();
  Servers servers(options_.senders, service);
  accept_until_stopped(servers);
  return {};
}

}  // namespace

Result<AllowedCaller> parse_caller(std::string_view text) {
  const auto at = text.rfind('@');
  if (at != std::string_view::npos) {
    AllowedCaller caller{std::string(trim(text.substr(0, at))),
                         std::string(trim(text.substr(at + 1)))};
    if (is_ae_title(caller.aet) && !caller.host.empty()) return caller;
  }
  return fail(
      ErrorCode::OptionInvalid,
      "Who may send is written AET@HOST: the sender's AE title (1 to 16 characters) and its "
      "address.",
      printable(text));
}

Result<void> receive_stores(const ReceiverOptions& options, const ReceiverHost& host) {
  return Receiver(options, host).run();
}

}  // namespace dosegate::dicom
