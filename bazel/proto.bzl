"""C++ of a .proto, made by protoc as CMake makes it."""

load("@rules_cc//cc:defs.bzl", "cc_library")

# protoc brings google/protobuf/*.proto with it. Where it is built here, they lie somewhere in its repository.
_PROTOC = """
known="$(execpaths @protobuf//:well_known_type_protos)"
source=$(execpath {src})
header=$(execpath {header})
$(execpath @protobuf//:protoc) --proto_path=$${{source%{path}.proto}}. {imports} $${{known:+--proto_path=$${{known%%google/protobuf/*}}}} \\
    --{language}_out=$${{header%{path}.*.h}}. {plugin} {path}.proto
"""

def _generate(name, src, import_path, endings, language, plugin = None, imports = None):
    stem = src[:-len(".proto")]
    outs = [stem + ending for ending in endings]
    native.genrule(
        name = name,
        srcs = [src, "@protobuf//:well_known_type_protos"] + (imports or []),
        outs = outs,
        cmd = _PROTOC.format(
            src = src,
            header = outs[0],
            # What is imported is the API, whose root is proto/.
            imports = "--proto_path=$${source%%%s}proto" % (native.package_name() + "/" + src) if imports else "",
            language = language,
            path = (import_path or native.package_name() + "/" + src)[:-len(".proto")],
            plugin = "--plugin=protoc-gen-%s=$(execpath %s)" % (language, plugin) if plugin else "",
        ),
        tools = ["@protobuf//:protoc"] + ([plugin] if plugin else []),
    )
    return outs

def lb_cc_proto(name, src, import_path = None, imports = None, deps = None, **kwargs):
    """The messages of one .proto, known to others as `import_path`, which is by default where it is.

    `imports` are .proto files of the API that it imports, `deps` their messages."""
    header, source = _generate(name + "_cc", src, import_path, [".pb.h", ".pb.cc"], "cpp", imports = imports)
    cc_library(
        name = name,
        srcs = [source],
        hdrs = [header],
        deps = ["@protobuf//:protobuf"] + (deps or []),
        **kwargs
    )

def lb_cc_grpc(name, src, messages, import_path = None, **kwargs):
    """Its service; `messages` is the lb_cc_proto of the same .proto."""
    header, source = _generate(name + "_cc", src, import_path, [".grpc.pb.h", ".grpc.pb.cc"], "grpc", "@grpc//src/compiler:grpc_cpp_plugin")
    cc_library(
        name = name,
        srcs = [source],
        hdrs = [header],
        deps = [
            messages,
            "@grpc//:grpc++",
        ],
        **kwargs
    )
