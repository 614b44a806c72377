// Stands in for Debian's itk_compiler_detection.h, which refuses every compiler but GNU's. clang 14 has
// all that the header probes for, so each macro is simply its C++11 keyword. Used by clang-tidy and the
// libFuzzer builds only.
#ifndef ITK_COMPILER_DETECTION_H
#define ITK_COMPILER_DETECTION_H
#define ITK_ALIGNAS(X) alignas(X)
#define ITK_ALIGNOF(X) alignof(X)
#define ITK_DEPRECATED [[deprecated]]
#define ITK_DEPRECATED_MSG(M) [[deprecated(M)]]
#define ITK_CONSTEXPR constexpr
#define ITK_DELETED_FUNCTION = delete
#define ITK_EXTERN_TEMPLATE extern
#define ITK_FINAL final
#define ITK_NOEXCEPT noexcept
#define ITK_NOEXCEPT_EXPR(X) noexcept(X)
#define ITK_NULLPTR nullptr
#define ITK_OVERRIDE override
#define ITK_STATIC_ASSERT(X) static_assert(X, #X)
#define ITK_STATIC_ASSERT_MSG(X, M) static_assert(X, M)
#define ITK_THREAD_LOCAL thread_local
#endif
