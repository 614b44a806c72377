// Sessions and handles: what is released is gone, what is foreign is refused, what was handed out
// lives.
#include <memory>
#include <thread>

#include "plugin_session.h"

namespace dosegate::plugin_test {
namespace {

constexpr dosegate_session kNeverGivenOut = 0x7FFF'FFFF'7FFF'FFFF;

int32_t status_of(dosegate_session session, dosegate_result result) {
  auto info = sized<dosegate_dvh_info>();
  return dosegate_dvh_get(session, result, &info);
}

TEST(Session, ZeroAndUnknownHandlesAreRefused) {
  std::size_t count = 77;
  for (const dosegate_session handle : {dosegate_session{0}, kNeverGivenOut}) {
    EXPECT_EQ(dosegate_protocol_count(handle, &count), DOSEGATE_HANDLE_INVALID);
    EXPECT_EQ(dosegate_cancel(handle), DOSEGATE_HANDLE_INVALID);
    EXPECT_STREQ(dosegate_last_error(handle), "The session is not valid. [800]");
    EXPECT_EQ(dosegate_session_destroy(handle), DOSEGATE_OK) << "an invalid handle is ignored";
  }
  EXPECT_EQ(count, 77U);
}

TEST(Session, ADestroyedSessionIsRefusedEvenWhenItsPlaceIsTakenAgain) {
  dosegate_session first = 0;
  ASSERT_EQ(dosegate_session_create(nullptr, &first), DOSEGATE_OK);
  ASSERT_EQ(dosegate_session_destroy(first), DOSEGATE_OK);
  const Session second;
  std::size_t count = 0;
  EXPECT_NE(first, static_cast<dosegate_session>(second));
  EXPECT_EQ(dosegate_protocol_count(first, &count), DOSEGATE_HANDLE_INVALID);
  EXPECT_EQ(dosegate_session_destroy(first), DOSEGATE_OK);
  EXPECT_EQ(dosegate_protocol_count(second, &count), DOSEGATE_OK) << "the second one is untouched";
}

TEST(Session, TheLastErrorIsOneSentenceWithItsCodeAndGoesAwayWithSuccess) {
  const Session session;
  EXPECT_EQ(session.error(), "");
  std::size_t count = 0;
  EXPECT_EQ(dosegate_protocol_count(session, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(session.error(), "An out-parameter is NULL. [801]");
  EXPECT_EQ(dosegate_protocol_count(session, &count), DOSEGATE_OK);
  EXPECT_EQ(session.error(), "");
}

TEST(Result, AReleasedOneIsRefusedEvenWhenItsPlaceIsTakenAgain) {
  Session session;
  ASSERT_EQ(session.read({small_sample()}), 1U);
  const dosegate_result first = session.quick();
  EXPECT_EQ(dosegate_result_release(session, first), DOSEGATE_OK);
  EXPECT_EQ(status_of(session, first), DOSEGATE_HANDLE_INVALID);
  EXPECT_EQ(dosegate_result_release(session, first), DOSEGATE_HANDLE_INVALID);
  const dosegate_result second = session.quick();
  EXPECT_NE(first, second);
  EXPECT_EQ(status_of(session, first), DOSEGATE_HANDLE_INVALID);
  EXPECT_EQ(status_of(session, second), DOSEGATE_OK);
}

TEST(Result, OneOfAnEarlierReadIsRefused) {
  Session session;
  session.read({small_sample()});
  const dosegate_result old = session.quick();
  session.read({small_sample()});
  const dosegate_result fresh = session.quick();
  const char* text = nullptr;
  std::size_t length = 0;
  EXPECT_EQ(dosegate_render(session, old, DOSEGATE_JSON, &text, &length), DOSEGATE_HANDLE_INVALID);
  EXPECT_NE(session.error().find("[800]"), std::string::npos) << session.error();
  EXPECT_EQ(text, nullptr);
  EXPECT_EQ(status_of(session, fresh), DOSEGATE_OK);
}

// Were it taken, it would show another patient's verdict.
TEST(Result, OneOfAnotherSessionIsRefused) {
  Session one, two;
  one.read({small_sample()});
  two.read({sample("hcc_25fx_pass")});
  const dosegate_result of_one = one.quick();
  const dosegate_result of_two = two.quick();
  EXPECT_NE(of_one, of_two);
  EXPECT_EQ(status_of(two, of_one), DOSEGATE_HANDLE_INVALID);
  EXPECT_EQ(status_of(one, of_two), DOSEGATE_HANDLE_INVALID);
  EXPECT_EQ(status_of(one, static_cast<dosegate_session>(one)), DOSEGATE_HANDLE_INVALID);
  EXPECT_EQ(status_of(one, 0), DOSEGATE_HANDLE_INVALID);
}

TEST(Result, AnEvaluationIsNoDvhAndTheOtherWayRound) {
  Session session;
  session.read({small_sample()});
  const dosegate_result evaluation = session.evaluate();
  const dosegate_result dvh = session.quick();
  EXPECT_EQ(status_of(session, evaluation), DOSEGATE_ARGUMENT_INVALID);
  auto info = sized<dosegate_evaluation_info>();
  EXPECT_EQ(dosegate_evaluation_get(session, dvh, &info), DOSEGATE_ARGUMENT_INVALID);
  const char* text = nullptr;
  std::size_t length = 0;
  EXPECT_EQ(dosegate_render(session, evaluation, DOSEGATE_METRICS_CSV, &text, &length),
            DOSEGATE_ARGUMENT_INVALID);
  for (const int32_t format : {-1, 3, 4, 5, 6, 7, 8, 1000}) {
    EXPECT_EQ(dosegate_render(session, dvh, format, &text, &length), DOSEGATE_ARGUMENT_INVALID)
        << format;
  }
  EXPECT_EQ(text, nullptr);
}

TEST(Read, AFailedOneLeavesNoCaseOfAnEarlierPatient) {
  Session session;
  ASSERT_EQ(session.read({small_sample()}), 1U);
  const dosegate_result old = session.quick();
  const char* nowhere = "no such folder";
  std::size_t count = 77;
  EXPECT_EQ(dosegate_read(session, &nowhere, 1, DOSEGATE_READ_COMPLETE, &count), 101);
  EXPECT_NE(session.error().find("no such folder"), std::string::npos) << session.error();
  EXPECT_EQ(count, 77U);
  dosegate_result result = 0;
  EXPECT_EQ(dosegate_evaluate(session, 0, nullptr, &result), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(status_of(session, old), DOSEGATE_HANDLE_INVALID);
}

TEST(Lifetime, ProtocolTextsOutliveARead) {
  Session session;
  auto info = sized<dosegate_protocol_info>();
  ASSERT_EQ(dosegate_protocol_get(session, 0, &info), DOSEGATE_OK);
  const std::string title = info.title, sha256 = info.sha256;
  ASSERT_EQ(sha256.size(), 64U);
  session.read({small_sample()});
  (void)session.quick();
  EXPECT_EQ(info.title, title);
  EXPECT_EQ(info.sha256, sha256);
}

TEST(Lifetime, TextsOfAResultStayInPlaceWhileMoreAreAskedFor) {
  Session session;
  session.read({small_sample()});
  const dosegate_result result = session.evaluate();
  auto first = sized<dosegate_rule>();
  ASSERT_EQ(dosegate_evaluation_rule(session, result, 0, &first), DOSEGATE_OK);
  const std::string text = first.text, source = first.source;
  for (int round = 0; round < 100; ++round) {
    auto info = sized<dosegate_evaluation_info>();
    ASSERT_EQ(dosegate_evaluation_get(session, result, &info), DOSEGATE_OK);
    for (std::size_t i = 0; i < info.rule_count; ++i) {
      auto rule = sized<dosegate_rule>();
      ASSERT_EQ(dosegate_evaluation_rule(session, result, i, &rule), DOSEGATE_OK);
    }
  }
  EXPECT_EQ(first.text, text);
  EXPECT_EQ(first.source, source);
}

TEST(Lifetime, ARenderedTextIsMadeOnce) {
  Session session;
  session.read({small_sample()});
  const dosegate_result result = session.quick();
  const char *first = nullptr, *second = nullptr;
  std::size_t length = 0;
  ASSERT_EQ(dosegate_render(session, result, DOSEGATE_JSON, &first, &length), DOSEGATE_OK);
  ASSERT_EQ(dosegate_render(session, result, DOSEGATE_JSON, &second, &length), DOSEGATE_OK);
  EXPECT_EQ(first, second);
  EXPECT_EQ(first[length], '\0');
}

TEST(Lifetime, WhatTheHostHandsOverMayBeOverwrittenAfterTheCall) {
  Session session;
  std::string path = small_sample();
  const char* paths[] = {path.c_str()};
  std::size_t count = 0;
  ASSERT_EQ(dosegate_read(session, paths, 1, DOSEGATE_READ_COMPLETE, &count), DOSEGATE_OK);
  const std::string untouched = path;
  path.assign(path.size(), '#');
  std::string site = "site=hepatic";
  const char* context[] = {site.c_str()};
  auto options = sized<dosegate_options>();
  options.context = context;
  options.context_count = 1;
  const dosegate_result result = session.evaluate(&options);
  site.assign(site.size(), '#');
  context[0] = nullptr;
  options = {};
  const std::string json = session.render(result);
  EXPECT_NE(json.find(untouched), std::string::npos);
  EXPECT_EQ(json.find('#' + std::string("###")), std::string::npos);
}

TEST(Session, OneServesTwoThreadsInTurn) {
  Session session;
  std::string json;
  std::thread([&] { session.read({small_sample()}); }).join();
  std::thread([&] { json = session.render(session.quick()); }).join();
  EXPECT_NE(json.find("\"Esophagus\""), std::string::npos);
}

}  // namespace
}  // namespace dosegate::plugin_test
