# How the project's own targets are made: one function a kind.
add_library(lb_options INTERFACE)
target_compile_features(lb_options INTERFACE cxx_std_17)
target_include_directories(lb_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
target_compile_options(lb_options INTERFACE -Wall -Wextra $<$<BOOL:${LEADERSHIP_BROKER_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)

# What has to be there before a source can be read: the headers that are made from .proto files.
add_custom_target(lb_generated)

# lb_library(NAME SOURCES… LINK…): a static library of one room.
function(lb_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC ${arg_LINK} PRIVATE lb_options)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_compile_features(${name} PUBLIC cxx_std_17)
endfunction()

# lb_proto_library(NAME FILE [LINK…]): the messages of a .proto of this folder, with its own path from the top as the import path.
function(lb_proto_library name file)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  set(api ${PROJECT_SOURCE_DIR}/proto)
  file(RELATIVE_PATH proto ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  string(REGEX REPLACE "proto$" "pb" generated ${PROJECT_BINARY_DIR}/${proto})
  add_custom_command(
    OUTPUT ${generated}.cc ${generated}.h
    COMMAND protobuf::protoc --proto_path=${PROJECT_SOURCE_DIR} --proto_path=${api} --cpp_out=${PROJECT_BINARY_DIR} ${proto}
    DEPENDS ${PROJECT_SOURCE_DIR}/${proto} ${api}/leadership/v1/leadership.proto
    VERBATIM)
  add_library(${name} STATIC ${generated}.cc)
  add_dependencies(lb_generated ${name})
  target_include_directories(${name} PUBLIC ${PROJECT_BINARY_DIR})
  target_compile_features(${name} PUBLIC cxx_std_17)
  target_link_libraries(${name} PUBLIC ${arg_LINK} protobuf::libprotobuf)
endfunction()

# In a sanitizer's tree the tests are known as SANITIZER.NAME, all under the label SANITIZER, so that one ctest can run several trees.
set(LEADERSHIP_BROKER_SANITIZER "" CACHE STRING "asan or tsan, as the presets of these names set it")
# asan_tests, tsan_tests: what such a tree has to build for its tests.
if(LEADERSHIP_BROKER_SANITIZER)
  add_custom_target(${LEADERSHIP_BROKER_SANITIZER}_tests)
endif()

# lb_under_sanitizer(TEST): what every test of a sanitizer's tree has in common.
function(lb_under_sanitizer test)
  set(asan detect_leaks=1 detect_stack_use_after_return=1 strict_string_checks=1 check_initialization_order=1 strict_init_order=1)
  list(JOIN asan : asan)
  set_tests_properties(${test} PROPERTIES LABELS ${LEADERSHIP_BROKER_SANITIZER} TIMEOUT 300 COST 250
    ENVIRONMENT "ASAN_OPTIONS=${asan};UBSAN_OPTIONS=print_stacktrace=1")
endfunction()

# lb_test(NAME TIER [TSAN] [TIMEOUT SECONDS] SOURCES… LINK…): a GoogleTest program, known to ctest by NAME, with its tier (unit, component,
# control_plane, e2e or interop) as the label. Under AddressSanitizer unit and component are run; under ThreadSanitizer what says TSAN, and
# that may link neither gRPC nor abseil's synchronization, since those are not instrumented.
function(lb_test name tier)
  cmake_parse_arguments(arg "TSAN" "TIMEOUT" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} lb_options GTest::gmock_main)
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set(sanitizer "${LEADERSHIP_BROKER_SANITIZER}")
  if(NOT sanitizer)
    add_test(NAME ${name} COMMAND ${name})
    # The dearer the tier, the later: a broken unit is told of first.
    set(cost_unit 400)
    set(cost_component 300)
    set(cost_simulation 250)
    set(cost_control_plane 200)
    set(cost_e2e 150)
    set(cost_interop 100)
    set_tests_properties(${name} PROPERTIES LABELS ${tier} TIMEOUT ${arg_TIMEOUT} COST ${cost_${tier}})
  elseif((sanitizer STREQUAL "asan" AND tier MATCHES "^(unit|component)$") OR (sanitizer STREQUAL "tsan" AND arg_TSAN))
    add_test(NAME ${sanitizer}.${name} COMMAND ${name})
    lb_under_sanitizer(${sanitizer}.${name})
    set_tests_properties(${sanitizer}.${name} PROPERTIES TIMEOUT ${arg_TIMEOUT})
    add_dependencies(${sanitizer}_tests ${name})
  else()
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endfunction()

# lb_fuzz_program(NAME SOURCES… LINK…): a libFuzzer program NAME_fuzz, in AddressSanitizer's tree alone. What of the product an input
# reaches leads it: server/CMakeLists.txt has the product instrumented in that tree.
function(lb_fuzz_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name}_fuzz ${arg_SOURCES})
  target_link_libraries(${name}_fuzz PRIVATE ${arg_LINK} lb_options)
  target_compile_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  add_dependencies(asan_tests ${name}_fuzz)
endfunction()

# lb_fuzz(NAME SECONDS SOURCES… LINK…): such a program and two tests of it: its kept corpus, every file of it run once (label asan), and so
# many seconds of new inputs (label fuzz).
function(lb_fuzz name seconds)
  if(NOT LEADERSHIP_BROKER_SANITIZER STREQUAL "asan")
    return()
  endif()
  lb_fuzz_program(${name} ${ARGN})
  set(run ${PROJECT_SOURCE_DIR}/tests/fuzz/run)
  add_test(NAME asan.${name}_corpus COMMAND ${run} --corpus $<TARGET_FILE:${name}_fuzz>)
  lb_under_sanitizer(asan.${name}_corpus)
  add_test(NAME fuzz.${name} COMMAND ${run} $<TARGET_FILE:${name}_fuzz> ${seconds})
  math(EXPR timeout "${seconds} + 300")
  lb_under_sanitizer(fuzz.${name})
  # The longest first, so that no core waits for it at the end.
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT ${timeout} COST 240.${seconds})
endfunction()
