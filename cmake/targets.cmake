# The kinds of targets the project is made of.

# ma_optional(option what PREFIX package)
# An option that is on where pkg-config finds the package, as PkgConfig::PREFIX.
function(ma_optional option what prefix package)
  pkg_check_modules(${prefix} QUIET IMPORTED_TARGET GLOBAL ${package})
  option(${option} "${what} (${package})" ${${prefix}_FOUND})
  if(${option} AND NOT ${prefix}_FOUND)
    message(FATAL_ERROR "${option}: there is no ${package}")
  elseif(NOT ${option})
    message(STATUS "left out: ${what} (${option}; needs ${package})")
  endif()
endfunction()

# ma_library(name SOURCES... [NEEDS targets...])
# A static library of one folder of src, for the parts above it.
function(ma_library name)
  cmake_parse_arguments(ARG "" "" "NEEDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${name} PUBLIC ${ARG_NEEDS})
endfunction()

# ma_installed_library(name [FOLDERS folders...] [NEEDS targets...]
#     [MAP file])
# lib<name>.a and lib<name>.so for users, from those folders of src; the map
# says what the latter exports.
function(ma_installed_library name)
  cmake_parse_arguments(ARG "" "MAP" "FOLDERS;NEEDS" ${ARGN})
  list(TRANSFORM ARG_FOLDERS REPLACE "(.+)" "$<TARGET_OBJECTS:ma_\\1>")
  set(map ${PROJECT_SOURCE_DIR}/cmake/libmcpauth.map)
  if(ARG_MAP)
    set(map ${ARG_MAP})
  endif()

  add_library(${name}_static STATIC ${ARG_FOLDERS})
  add_library(${name}_shared SHARED ${ARG_FOLDERS})
  target_link_options(${name}_shared PRIVATE
    -Wl,--version-script=${map})
  # Clang leaves the sanitizers' own functions to the program.
  if(NOT MA_SANITIZE)
    target_link_options(${name}_shared PRIVATE -Wl,--no-undefined)
  endif()
  set_target_properties(${name}_shared PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
    LINK_DEPENDS ${map})

  foreach(kind static shared)
    set_target_properties(${name}_${kind} PROPERTIES
      OUTPUT_NAME ${name} LINKER_LANGUAGE C)
    target_include_directories(${name}_${kind} INTERFACE
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(${name}_${kind} PRIVATE ${ARG_NEEDS})
  endforeach()
endfunction()

# ma_module(name SYMBOL SOURCES... [NEEDS targets...])
# mcpauth-<name>.so, which the program loads for its one function SYMBOL.
function(ma_module name symbol)
  cmake_parse_arguments(ARG "" "" "NEEDS" ${ARGN})
  set(map ${CMAKE_CURRENT_BINARY_DIR}/${name}.map)
  file(WRITE ${map} "{\n    global: ${symbol};\n    local: *;\n};\n")
  add_library(${name} MODULE ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_NEEDS})
  target_link_options(${name} PRIVATE -Wl,--version-script=${map})
  set_target_properties(${name} PROPERTIES
    PREFIX "" OUTPUT_NAME mcpauth-${name})
endfunction()

# ma_test(name SOURCES... [NEEDS targets...] [LABEL unit|engine|flow]
#     [WITHIN command])
# One cmocka program, run by CTest under its own name; WITHIN a command that
# gets it as arguments.
function(ma_test name)
  if(NOT MA_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "LABEL;WITHIN" "NEEDS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_NEEDS} PkgConfig::CMOCKA)
  # Rows of tables end where there is nothing more to say, and Clang minds an
  # enum where an int is compared.
  target_compile_options(${name} PRIVATE -Wno-missing-field-initializers
    $<$<C_COMPILER_ID:Clang>:-Wno-sign-conversion>)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${ARG_WITHIN} $<TARGET_FILE:${name}>)
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 120)
endfunction()

# ma_fuzz(name [NEEDS targets...])
# The libFuzzer harness <name>.c, its corpus in corpus/<name>.
function(ma_fuzz name)
  cmake_parse_arguments(ARG "" "" "NEEDS" ${ARGN})
  add_executable(fuzz_${name} ${name}.c)
  target_compile_options(fuzz_${name} PRIVATE -Wno-missing-prototypes)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(fuzz_${name} PRIVATE ${ARG_NEEDS})
  set_target_properties(fuzz_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
endfunction()
