// Documents about a plan that are filed with it: what is in them, as plain data. report/ makes them from a result,
// dicom/ writes them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/case.h"
#include "model/structure_set.h"

namespace dosegate::model {

/// Whose document it is, of which plan, and who made it. Texts are UTF-8 as the files have them: whoever writes
/// them makes them safe.
struct DocumentHead {
  std::string patient_id, patient_name;
  Study study;
  std::vector<InputFile>
      sources;  ///< what it is about; those without a SOP Instance UID are no DICOM objects
  std::string title;
  CodedConcept kind;  ///< the same as a code
  std::string software, software_version;
  /// Private coding scheme of the codes, declared in the document.
  std::string scheme, scheme_name;
};

/// A PDF in a DICOM object.
struct PdfDocument {
  DocumentHead head;
  std::string pdf;
};

/// One statement of a structured report: a name, a value, and statements about it.
struct ContentItem {
  enum class Kind { Container, Text, Code, Number, Uid, Object };
  /// How it belongs to the statement above it.
  enum class Relation { Contains, HasProperties, HasConceptModifier, HasObservationContext };
  Kind kind = Kind::Container;
  Relation relation = Relation::Contains;
  CodedConcept name;  ///< an Object may have none: an empty value
  /// Text, Uid: the value. Number: at most 16 characters, on the side of each limit on which the number is. Object:
  /// its SOP Instance UID.
  std::string text;
  CodedConcept code;            ///< Code: the value. Number: its unit. Else empty
  std::optional<double> exact;  ///< Number: without any rounding
  std::string sop_class;        ///< Object: as in InputFile
  std::vector<ContentItem> items = {};
};

struct StructuredReport {
  DocumentHead head;
  ContentItem root;  ///< a Container
};

}  // namespace dosegate::model
