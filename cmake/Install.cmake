# What cmake --install installs: the programs, the client library, its headers and the API's, leadership.proto, and what find_package and
# pkg-config need to find them. All of it may be moved: no path is in it but relative ones.
include(CMakePackageConfigHelpers)

# Shared libraries are found by each other and by the programs, wherever the prefix is.
if(BUILD_SHARED_LIBS AND NOT DEFINED CMAKE_INSTALL_RPATH)
  file(RELATIVE_PATH libraries ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set(CMAKE_INSTALL_RPATH $ORIGIN $ORIGIN/${libraries})
endif()

# lb_installed_program(TARGET)
function(lb_installed_program target)
  if(LEADERSHIP_BROKER_INSTALL)
    install(TARGETS ${target})
  endif()
endfunction()

# lb_installed_library(TARGET NAME): to others it is leadership::NAME. Every minor version may change the binary interface before 1.0, so
# each has its own soname.
function(lb_installed_library target name)
  add_library(leadership::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(${target} PUBLIC cxx_std_17)
  if(LEADERSHIP_BROKER_INSTALL)
    install(TARGETS ${target} EXPORT LeadershipBroker INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  endif()
endfunction()

# lb_installed_headers(FOLDER FILE…): FILEs of the include path, in the FOLDER of it that they are included from.
function(lb_installed_headers folder)
  if(LEADERSHIP_BROKER_INSTALL)
    install(FILES ${ARGN} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${folder})
  endif()
endfunction()

if(LEADERSHIP_BROKER_INSTALL)
  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/LeadershipBroker)
  install(EXPORT LeadershipBroker NAMESPACE leadership:: FILE LeadershipBrokerTargets.cmake DESTINATION ${package})
  configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/LeadershipBrokerConfig.cmake.in ${PROJECT_BINARY_DIR}/LeadershipBrokerConfig.cmake
    INSTALL_DESTINATION ${package} PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/LeadershipBrokerConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/LeadershipBrokerConfig.cmake ${PROJECT_BINARY_DIR}/LeadershipBrokerConfigVersion.cmake
    DESTINATION ${package})

  file(RELATIVE_PATH to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  string(REGEX REPLACE "/$" "" to_prefix ${to_prefix})
  foreach(name leadership-client leadership-proto)
    configure_file(${CMAKE_CURRENT_LIST_DIR}/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  endforeach()
endif()
