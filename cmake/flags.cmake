# How every object of the project is compiled and linked.

add_compile_options(
  -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Wstrict-prototypes
  -Wvla -Wformat=2 -Werror -fstack-protector-strong)
# snprintf into a bounded array is how a text is cut on purpose.
add_compile_options($<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>)
add_compile_definitions(_GNU_SOURCE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
add_link_options(-Wl,--as-needed -Wl,-z,relro -Wl,-z,noexecstack)

# With machine code beside it, so that an archive is good for any linker.
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_C_COMPILER_ID STREQUAL GNU)
  set(CMAKE_C_COMPILE_OPTIONS_IPO -flto=auto -ffat-lto-objects)
endif()

if(MA_SANITIZE)
  add_compile_options(-fsanitize=${MA_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MA_SANITIZE})
endif()

if(MA_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
