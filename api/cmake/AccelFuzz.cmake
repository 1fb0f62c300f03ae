# SPDX-License-Identifier: MIT
# accel_add_fuzz_target(NAME SOURCES fuzz_name.cpp … ROOMS library … [LIBRARIES library …]
#                       BREAK source.cpp SOUND "text" BROKEN "text"
#                       [SEEDS file …] [SEED_WRITER seed_name.cpp …] [DICTIONARY file])
#
# Makes two libFuzzer programs of the same sources: NAME judges the objects of the rooms (OBJECT or STATIC libraries). NAME_broken has the same
# objects but one: BREAK, a source of the first room, is compiled from a copy in which the one place that reads SOUND reads BROKEN. The fuzzer
# must find that, and what it found must pass NAME (scripts/fuzz checks both). So the product's code knows nothing of fuzzing.
#
# Both start from the same valid inputs, in seeds/NAME of the build tree: the files of SEEDS, and what the program SEED_WRITER puts into the folder
# that is its argument. DICTIONARY lists the words of a textual format.

function(accel_add_fuzz_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "BREAK;SOUND;BROKEN;DICTIONARY" "SOURCES;ROOMS;LIBRARIES;SEEDS;SEED_WRITER")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "accel_add_fuzz_target(${name} …): '${arg_UNPARSED_ARGUMENTS}' not understood")
  endif()
  list(POP_FRONT arg_ROOMS room)
  list(TRANSFORM arg_ROOMS REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE others)
  set(objects $<TARGET_OBJECTS:${room}>)
  accel_broken_source(${name} ${room} "${arg_BREAK}" "${arg_SOUND}" "${arg_BROKEN}" broken_source)
  accel_link_fuzzer(${name} ${room} ${arg_SOURCES} ${objects} ${others})
  accel_link_fuzzer(${name}_broken ${room} ${arg_SOURCES} ${broken_source} "$<FILTER:${objects},EXCLUDE,/${room}.dir/(./)?${arg_BREAK}.o>" ${others})
  accel_gather_seeds(${name} "${arg_SEEDS}" "${arg_DICTIONARY}")
  foreach(program ${name} ${name}_broken)
    target_link_libraries(${program} PRIVATE ${arg_LIBRARIES})
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz-targets ${program})
  endforeach()
  if(arg_SEED_WRITER)
    accel_link_fuzzer(seed_${name} ${room} ${arg_SEED_WRITER} ${objects} ${others})
    target_link_libraries(seed_${name} PRIVATE ${arg_LIBRARIES})
    set(stamp ${CMAKE_CURRENT_BINARY_DIR}/seed_${name}.stamp)
    add_custom_command(OUTPUT ${stamp} COMMAND seed_${name} ${CMAKE_BINARY_DIR}/seeds/${name} COMMAND ${CMAKE_COMMAND} -E touch ${stamp} DEPENDS seed_${name})
    add_custom_target(seeds_${name} DEPENDS ${stamp})
    add_dependencies(fuzz-targets seeds_${name})
  endif()
endfunction()

# A program of sources and objects, compiled as the room is.
function(accel_link_fuzzer program room)
  add_executable(${program} ${ARGN})
  get_target_property(folder ${room} SOURCE_DIR)
  target_include_directories(${program} PRIVATE ${folder} $<TARGET_PROPERTY:${room},INCLUDE_DIRECTORIES>)
  target_compile_definitions(${program} PRIVATE $<TARGET_PROPERTY:${room},COMPILE_DEFINITIONS>)
  target_compile_options(${program} PRIVATE $<TARGET_PROPERTY:${room},COMPILE_OPTIONS>)
endfunction()

# A copy of one source with its fault planted. Made anew when the source changes.
function(accel_broken_source name room source sound broken out_path)
  get_target_property(folder ${room} SOURCE_DIR)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/${source})
  file(READ ${folder}/${source} text)
  string(FIND "${text}" "${sound}" first)
  string(FIND "${text}" "${sound}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "${name}: ${source} must have exactly one '${sound}' to break")
  endif()
  string(REPLACE "${sound}" "${broken}" text "${text}")
  get_filename_component(file ${source} NAME)
  set(path ${CMAKE_CURRENT_BINARY_DIR}/${name}_broken.dir/${file})
  file(CONFIGURE OUTPUT ${path} CONTENT "${text}" @ONLY)
  # Its relative includes are those of the original.
  get_filename_component(original ${folder}/${source} DIRECTORY)
  set_source_files_properties(${path} PROPERTIES COMPILE_OPTIONS "-iquote;${original}")
  set(${out_path} ${path} PARENT_SCOPE)
endfunction()

# Files of one name come from different folders: the seed keeps the folder's name.
function(accel_gather_seeds name seeds dictionary)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/seeds/${name})
  foreach(seed ${seeds})
    get_filename_component(folder ${seed} DIRECTORY)
    get_filename_component(folder ${folder} NAME)
    get_filename_component(file ${seed} NAME)
    file(COPY_FILE ${seed} ${CMAKE_BINARY_DIR}/seeds/${name}/${folder}-${file} ONLY_IF_DIFFERENT)
  endforeach()
  if(dictionary)
    file(COPY_FILE ${CMAKE_CURRENT_SOURCE_DIR}/${dictionary} ${CMAKE_BINARY_DIR}/seeds/${name}.dict ONLY_IF_DIFFERENT)
  endif()
endfunction()
