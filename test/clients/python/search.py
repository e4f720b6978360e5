"""Ask a mesh for an architecture, and print what comes: python search.py HOST:PORT"""

import json
import sys

import grpc
from bnas.v1 import search_pb2, search_pb2_grpc, spec_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

channel = grpc.insecure_channel(sys.argv[1])
searches = search_pb2_grpc.SearchServiceStub(channel)

# A search that takes seconds. What is left out comes from the preset.
spec = spec_pb2.Spec(
    preset="smoke",
    dataset="shapes:?classes=3&size=8&images=120&test=30",
    seed=7,
    network=spec_pb2.NetworkSpec(cells=2, channels=4, partial=2),
    data=spec_pb2.DataSpec(limit=0, reduction_images=30, crop_padding=1),
    warmup=spec_pb2.WarmupSpec(epochs=1, batch=20),
    reduction=spec_pb2.ReductionSpec(passes=1, batch=30),
)


def violations(error):
    """The fields that are wrong, from google.rpc.BadRequest in the trailers of the error."""
    trailers = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    bad_request = error_details_pb2.BadRequest()
    for detail in status.details:
        if detail.Unpack(bad_request):
            return {violation.field: violation.description for violation in bad_request.field_violations}
    return {}


# A spec that is not allowed: the error names the field and says what is.
try:
    wrong = spec_pb2.Spec(strategy="bnass", dataset=spec.dataset)
    searches.CreateSearch(search_pb2.CreateSearchRequest(search_id="python-wrong", spec=wrong), timeout=60)
    refused = None
except grpc.RpcError as error:
    refused = {"code": error.code().name, "violations": violations(error)}

# Two calls open one search: the id decides.
for _ in range(2):
    opened = searches.CreateSearch(search_pb2.CreateSearchRequest(search_id="python", spec=spec), timeout=60)

# Every fact until the search has ended. `after_sequence` continues after a lost connection.
facts = []
for answer in searches.WatchSearch(search_pb2.WatchSearchRequest(search_id="python")):
    facts.append(json.loads(answer.fact_json)["fact"]["kind"])

architecture = searches.GetArchitecture(search_pb2.GetArchitectureRequest(search_id="python"), timeout=60)
search = searches.GetSearch(search_pb2.GetSearchRequest(search_id="python"), timeout=60)

health = health_pb2_grpc.HealthStub(channel)
serving = health.Check(health_pb2.HealthCheckRequest(service="bnas.v1.SearchService"), timeout=60)

print(
    json.dumps(
        {
            "refused": refused,
            "opened": search_pb2.SearchState.Name(opened.state),
            "facts": {"first": facts[0], "last": facts[-1], "count": len(facts)},
            "state": search_pb2.SearchState.Name(search.state),
            # What the answer is worth: the kind, and each finding in sentences.
            "verdict": {"kind": search.verdict.kind, "seen": [finding.seen for finding in search.verdict.findings]},
            "genotype": json.loads(architecture.genotype_json),
            "genotype_text": architecture.genotype_text,
            "links": [[link.operation, link.input] for link in architecture.normal.links],
            "health": health_pb2.HealthCheckResponse.ServingStatus.Name(serving.status),
            "services": list(ProtoReflectionDescriptorDatabase(channel).get_services()),
        },
        indent=2,
    )
)
