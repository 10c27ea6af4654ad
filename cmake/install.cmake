# What users get: the libraries, the program and its modules, and how other
# builds find them.

set(parts base oauth mcp agentcore store client)
set(needs PkgConfig::JANSSON PkgConfig::CRYPTO Threads::Threads m)
set(libraries jansson crypto m)
if(MA_SEAL)
  list(APPEND parts seal)
  list(APPEND needs PkgConfig::SODIUM)
  list(APPEND libraries sodium)
endif()
ma_installed_library(mcpauth-core FOLDERS ${parts} NEEDS ${needs})
set(more net)
set(more_needs PkgConfig::CURL PkgConfig::MHD)
set(more_libraries curl microhttpd)
if(MA_REDIS)
  list(APPEND more redis)
  list(APPEND more_needs PkgConfig::REDIS)
  list(APPEND more_libraries hiredis ssl)
endif()
ma_installed_library(mcpauth
  FOLDERS ${parts} ${more} NEEDS ${needs} ${more_needs})

set(installed mcpauth mcpauth-core)
if(MA_KEYRING)
  ma_installed_library(mcpauth-keyring
    FOLDERS base store keyring
    NEEDS PkgConfig::JANSSON PkgConfig::CRYPTO PkgConfig::SECRET
      Threads::Threads
    MAP ${PROJECT_SOURCE_DIR}/cmake/libmcpauth-keyring.map)
  list(APPEND installed mcpauth-keyring)
endif()

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mcpauth)

foreach(library IN LISTS installed)
  string(REPLACE mcpauth- "" name ${library})
  foreach(kind static shared)
    string(REPLACE _shared "" exported ${name}_${kind})
    set_target_properties(${library}_${kind} PROPERTIES EXPORT_NAME ${exported})
    install(TARGETS ${library}_${kind} EXPORT mcpauth-targets)
  endforeach()
endforeach()
install(EXPORT mcpauth-targets NAMESPACE mcpauth:: DESTINATION ${package_dir})
configure_package_config_file(
  cmake/mcpauth-config.cmake.in ${PROJECT_BINARY_DIR}/mcpauth-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/mcpauth-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/mcpauth-config.cmake
    ${PROJECT_BINARY_DIR}/mcpauth-config-version.cmake
  DESTINATION ${package_dir})

# install_pkgconfig(name description libraries...)
# The libraries are what the static archive needs; they stand in Libs.private,
# not in Requires.private, which would ask for all that a static libcurl needs.
# The prefix is found from where the file lies, so that a tree may be moved.
function(install_pkgconfig PC_NAME PC_DESCRIPTION)
  list(TRANSFORM ARGN PREPEND -l OUTPUT_VARIABLE PC_PRIVATE)
  list(JOIN PC_PRIVATE " " PC_PRIVATE)
  file(RELATIVE_PATH PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" PC_PREFIX "${PC_PREFIX}")
  configure_file(cmake/mcpauth.pc.in ${PROJECT_BINARY_DIR}/${PC_NAME}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${PC_NAME}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
install_pkgconfig(mcpauth-core
  "OAuth client for MCP servers: the engine, without an HTTP library"
  ${libraries})
install_pkgconfig(mcpauth "OAuth client for MCP servers"
  ${more_libraries} ${libraries})
if(MA_KEYRING)
  install_pkgconfig(mcpauth-keyring
    "OAuth client for MCP servers: tokens in the keyring of the desktop"
    secret-1 gio-2.0 gobject-2.0 glib-2.0 jansson crypto)
endif()

if(TARGET mcpauth)
  install(TARGETS mcpauth)
endif()
foreach(module net sandbox seal keyring redis)
  if(TARGET ${module})
    install(TARGETS ${module} DESTINATION ${CMAKE_INSTALL_LIBDIR}/mcpauth)
  endif()
endforeach()
install(DIRECTORY include/mcpauth DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
foreach(section 1 3 5 7)
  install(DIRECTORY man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section}
    FILES_MATCHING PATTERN "*.${section}")
endforeach()
