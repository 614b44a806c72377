#include "dicom/sender_association.h"

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first in every file that uses DCMTK.
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmnet/dimse.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "base/text.h"
#include "dicom/find_plans.h"

namespace dosegate::dicom {
namespace {

using Kind = ReceiverEvent::Kind;

const char* kVerification[] = {UID_VerificationSOPClass};
const char* kRtObjects[] = {UID_RTPlanStorage, UID_RTIonPlanStorage, UID_RTStructureSetStorage,
                            UID_RTDoseStorage};
// In the order in which we like them. All can be read from a file as they come.
const char* kEncodings[] = {
    UID_LittleEndianExplicitTransferSyntax, UID_LittleEndianImplicitTransferSyntax,
    UID_DeflatedExplicitVRLittleEndianTransferSyntax, UID_BigEndianExplicitTransferSyntax};

template <std::size_t n>
constexpr int count_of(const char* (&)[n]) {
  return static_cast<int>(n);
}

// Statuses of C-STORE (PS3.4 table B.2-1).
constexpr DIC_US kOutOfResources = 0xA700, kCannotUnderstand = 0xC000, kClassMismatch = 0xA900;

// Hands the pieces of an object on, and counts nothing as a failure: the sender listens for an answer only when it
// has sent all of it.
class PieceStream : public DcmOutputStream {
 public:
  explicit PieceStream(StoredObject& object) : DcmOutputStream(&consumer_), consumer_(object) {}

 private:
  class Pieces : public DcmConsumer {
   public:
    explicit Pieces(StoredObject& object) : object_(object) {}
    OFBool good() const override { return OFTrue; }
    OFCondition status() const override { return EC_Normal; }
    OFBool isFlushed() const override { return OFTrue; }
    offile_off_t avail() const override { return kLongestPdu; }
    offile_off_t write(const void* bytes, offile_off_t count) override {
      object_.add({static_cast<const char*>(bytes), static_cast<std::size_t>(count)});
      return count;
    }
    void flush() override {}

   private:
    StoredObject& object_;
  };
  Pieces consumer_;
};

class Sender {
 public:
  Sender(T_ASC_Association& association, std::string address, Service& service)
      : association_(association), service_(service), address_(std::move(address)) {}
  void serve();

 private:
  void tell(Kind kind, std::string text, std::string path = {}) const {
    if (service_.host.tell) {
      service_.host.tell({kind, caller_, std::move(path), std::move(text)});
    }
  }
  void refuse(T_ASC_RejectParametersReason reason, std::string why) {
    const T_ASC_RejectParameters rejected{ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER,
                                          reason};
    (void)ASC_rejectAssociation(&association_, &rejected);
    tell(Kind::Refused, std::move(why));
  }
  bool negotiate();
  OFCondition next_command();
  OFCondition store(T_DIMSE_C_StoreRQ& request, T_ASC_PresentationContextID context);
  OFCondition answer(T_DIMSE_C_StoreRQ& request, T_ASC_PresentationContextID context,
                     DIC_US status);
  void end(const OFCondition& why);

  T_ASC_Association& association_;
  Service& service_;
  std::string address_, aet_, caller_;
};

bool Sender::negotiate() {
  char calling[DUL_LEN_TITLE + 1] = "", called[DUL_LEN_TITLE + 1] = "";
  (void)ASC_getAPTitles(association_.params, calling, sizeof calling, called, sizeof called,
                        nullptr, 0);
  aet_ = trim(calling);
  caller_ = printable(aet_ + "@" + address_);
  if (!service_.callers.may_send(aet_, address_)) {
    refuse(ASC_REASON_SU_CALLINGAETITLENOTRECOGNIZED,
           "its AE title is on no list for that address");
    return false;
  }
  if (trim(called) != service_.aet) {
    refuse(ASC_REASON_SU_CALLEDAETITLENOTRECOGNIZED,
           fmt::format("it calls \"{}\"", printable(trim(called))));
    return false;
  }
  char name[DUL_LEN_NAME + 1] = "";
  if (ASC_getApplicationContextName(association_.params, name, sizeof name).bad() ||
      std::string_view(name) != UID_StandardApplicationContext) {
    refuse(ASC_REASON_SU_APPCONTEXTNAMENOTSUPPORTED, "it does not speak DICOM");
    return false;
  }
  for (const auto& [classes, count] : {std::pair{kVerification, count_of(kVerification)},
                                       std::pair{kRtObjects, count_of(kRtObjects)}}) {
    (void)ASC_acceptContextsWithPreferredTransferSyntaxes(association_.params, classes, count,
                                                          kEncodings, count_of(kEncodings));
  }
  if (ASC_countAcceptedPresentationContexts(association_.params) == 0) {
    refuse(ASC_REASON_SU_NOREASON,
           "it offers no RT Plan, RT Structure Set or RT Dose that is not compressed");
    return false;
  }
  return ASC_acknowledgeAssociation(&association_).good();
}

OFCondition Sender::answer(T_DIMSE_C_StoreRQ& request, T_ASC_PresentationContextID context,
                           DIC_US status) {
  T_DIMSE_C_StoreRSP response{};
  response.DimseStatus = status;
  return DIMSE_sendStoreResponse(&association_, context, &request, &response, nullptr);
}

OFCondition Sender::store(T_DIMSE_C_StoreRQ& request, T_ASC_PresentationContextID context) {
  T_ASC_PresentationContext accepted;
  OFCondition status = ASC_findAcceptedPresentationContext(association_.params, context, &accepted);
  if (status.bad()) return status;
  const std::string path =
      (std::filesystem::path(service_.folder) / fmt::format("{:08}.dcm", service_.next_file++))
          .string();
  StoredObject object(path, service_.quota);
  const bool understood = is_uid(request.AffectedSOPInstanceUID);
  const bool matches = std::string_view(request.AffectedSOPClassUID) == accepted.abstractSyntax;
  if (understood) {
    object.add(file_meta_header({request.AffectedSOPClassUID, request.AffectedSOPInstanceUID,
                                 accepted.acceptedTransferSyntax, aet_}));
  }
  PieceStream pieces(object);
  status = DIMSE_receiveDataSetInFile(&association_, DIMSE_NONBLOCKING, kMostSilentSeconds,
                                      &context, &pieces, nullptr, nullptr);
  if (status.bad()) return status;
  if (!understood || !matches) {
    tell(Kind::NotStored, matches ? "its SOP Instance UID is none"
                                  : "its SOP class is not the one that was agreed on");
    return answer(request, context, understood ? kClassMismatch : kCannotUnderstand);
  }
  if (const auto kept = object.keep(); !kept) {
    tell(Kind::NotStored, to_text(kept.error()));
    return answer(request, context, kOutOfResources);
  }
  if (const auto readable = check_object(path); !readable) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    tell(Kind::NotStored, printable(readable.error().text));
    return answer(request, context, kCannotUnderstand);
  }
  tell(Kind::Stored, {}, path);
  return answer(request, context, STATUS_Success);
}

OFCondition Sender::next_command() {
  T_ASC_PresentationContextID context = 0;
  T_DIMSE_Message message{};
  const OFCondition received = DIMSE_receiveCommand(
      &association_, DIMSE_NONBLOCKING, kMostSilentSeconds, &context, &message, nullptr);
  if (received.bad()) return received;
  if (message.CommandField == DIMSE_C_ECHO_RQ) {
    return DIMSE_sendEchoResponse(&association_, context, &message.msg.CEchoRQ, STATUS_Success,
                                  nullptr);
  }
  if (message.CommandField == DIMSE_C_STORE_RQ) return store(message.msg.CStoreRQ, context);
  return DIMSE_BADCOMMANDTYPE;
}

void Sender::end(const OFCondition& why) {
  if (why == DUL_PEERREQUESTEDRELEASE) {
    (void)ASC_acknowledgeRelease(&association_);
    return;
  }
  tell(Kind::Broken, printable(why.text()));
  if (why != DUL_PEERABORTEDASSOCIATION) (void)ASC_abortAssociation(&association_);
}

void Sender::serve() {
  if (!negotiate()) return;
  OFCondition status = EC_Normal;
  int silent = 0;
  while (status.good()) {
    // A second at a time, so that a sender that is silent between two objects does not hold up the end.
    if (!ASC_dataWaiting(&association_, 1)) {
      if (service_.host.stop() || ++silent > kMostSilentSeconds) {
        tell(Kind::Broken,
             silent > kMostSilentSeconds ? "it was silent for too long" : "receiving was stopped");
        (void)ASC_abortAssociation(&association_);
        return;
      }
      continue;
    }
    silent = 0;
    status = next_command();
  }
  end(status);
}

}  // namespace

bool is_ae_title(std::string_view text) {
  constexpr std::size_t kLongest = 16;
  return !trim(text).empty() && text.size() <= kLongest &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
}

void serve_sender(T_ASC_Association& association, const std::string& address, Service& service) {
  Sender(association, address, service).serve();
}

void ignore_broken_pipes() {
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  (void)::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

}  // namespace dosegate::dicom
