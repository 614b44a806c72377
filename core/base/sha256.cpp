#include "base/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <fstream>
#include <memory>
#include <vector>

namespace dosegate {
inline namespace base {
namespace {

std::string hex_of(const unsigned char* bytes, unsigned size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4U];
    text += kDigits[bytes[i] & 15U];
  }
  return text;
}

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    require(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1,
            "SHA-256 is not available in the crypto library");
  }
  void add(const void* data, std::size_t size) {
    require(EVP_DigestUpdate(context_.get(), data, size) == 1, "SHA-256 update failed");
  }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1, "SHA-256 failed");
    return hex_of(digest.data(), size);
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes.data(), bytes.size());
  return hash.hex();
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
  require(!key.empty(), "HMAC-SHA-256 with an empty key");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  require(made != nullptr, "HMAC-SHA-256 is not available in the crypto library");
  return hex_of(digest.data(), size);
}

Result<std::string> sha256_of_file(const std::string& path) {
  constexpr std::size_t kBlock = 1 << 20;
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::FileUnreadable, "The file cannot be opened for reading.", path);
  std::vector<char> block(kBlock);
  Sha256 hash;
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    hash.add(block.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad())
    return fail(ErrorCode::FileUnreadable, "The file cannot be read to its end.", path);
  return hash.hex();
}

}  // namespace base
}  // namespace dosegate
