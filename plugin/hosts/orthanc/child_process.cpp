#include "child_process.h"

#include <fcntl.h>
#include <signal.h>  // NOLINT: kill() and the sets are POSIX, not <csignal>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <stdexcept>
#include <thread>

namespace orthanc_dosegate {
namespace {

constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;

void require(int error) {
  if (error != 0) throw std::runtime_error("a process cannot be prepared");
}

// What the child does before it becomes the program.
class FileActions {
 public:
  explicit FileActions(const ChildRun& run) {
    require(posix_spawn_file_actions_init(&actions_));
    require(posix_spawn_file_actions_addchdir_np(&actions_, run.folder.c_str()));
    require(posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0));
    require(posix_spawn_file_actions_addopen(&actions_, 1, run.output.c_str(), kWrite, 0600));
    require(posix_spawn_file_actions_addopen(&actions_, 2, run.errors.c_str(), kWrite, 0600));
    // Orthanc's sockets and database are none of its business.
    require(posix_spawn_file_actions_addclosefrom_np(&actions_, 3));
  }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// A process group of its own, and signals as a shell would give them: Orthanc's threads block some.
class Attributes {
 public:
  Attributes() {
    require(posix_spawnattr_init(&attributes_));
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD}) {
      sigaddset(&usual, signal);
    }
    require(posix_spawnattr_setpgroup(&attributes_, 0));
    require(posix_spawnattr_setsigmask(&attributes_, &none));
    require(posix_spawnattr_setsigdefault(&attributes_, &usual));
    require(posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

ChildResult wait_for(pid_t child, std::chrono::seconds limit, const std::atomic<bool>& stop) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    int status = 0;
    const pid_t found = waitpid(child, &status, WNOHANG);
    if (found == child && WIFEXITED(status)) return {ChildEnd::Exited, WEXITSTATUS(status)};
    if (found == child) return {ChildEnd::Signalled, WTERMSIG(status)};
    if (found < 0 && errno != EINTR) return {ChildEnd::Failed, errno};
    const bool late = std::chrono::steady_clock::now() >= end;
    if (late || stop) {
      kill(-child, SIGKILL);
      while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
      return {late ? ChildEnd::TimeLimit : ChildEnd::Stopped, 0};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

ChildResult run_child(const ChildRun& run, const std::atomic<bool>& stop) {
  const FileActions actions(run);
  const Attributes attributes;
  std::vector<char*> arguments;
  for (const std::string& word : run.words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawnp(&child, run.words.front().c_str(), actions.get(), attributes.get(),
                                 arguments.data(), environ);
  if (error != 0) return {ChildEnd::Failed, error};
  return wait_for(child, run.limit, stop);
}

}  // namespace orthanc_dosegate
