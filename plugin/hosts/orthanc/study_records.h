// What Orthanc holds of a study, and where the module records things with it.
#pragma once

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "orthanc_rest.h"

namespace orthanc_dosegate {

/// Numbers from 1024 on are free for the user of Orthanc.
inline constexpr int kStateMetadata = 4200;
inline constexpr int kResultAttachment = 4200;
inline constexpr int kReportAttachment = 4201;

inline constexpr std::array kNeeded = {"RTPLAN", "RTSTRUCT", "RTDOSE"};

/// Modality -> Orthanc's numbers of the instances -> what they hold, as a checksum.
using Holds = std::map<std::string, std::map<std::string, std::string>>;

[[nodiscard]] std::string study_uri(const std::string& study);
[[nodiscard]] std::string attachment_uri(const std::string& study, int number);
[[nodiscard]] std::string metadata_uri(const std::string& study);

/// The study's files of the modalities that a check needs. Throws Failure, or nlohmann::json::exception where
/// Orthanc's answers make no sense.
[[nodiscard]] Holds holds_of(const OrthancRest& rest, const std::string& study);

/// A state as it is recorded and answered.
[[nodiscard]] std::string dump_state(const nlohmann::json& state);

/// UTC, as 2026-01-31T12:00:00Z.
[[nodiscard]] std::string now();

/// Which Orthanc this is: what an earlier one began goes on no more.
[[nodiscard]] const std::string& this_process();

}  // namespace orthanc_dosegate
