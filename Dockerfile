# The image of a release: three executables, the libraries that they need and nothing else. Where no Docker is, scripts/build-image.sh
# builds it with buildah, and checks the result.
#
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg VERSION=0.1.0 --tag esddns .

# What compiles: Swift 6.2 or later on a Debian or Ubuntu. Libraries come from it, too.
ARG BUILD_IMAGE=docker.io/library/swift:6.2-bookworm
# What the files are put onto. They are complete: nothing underneath is needed, and nothing underneath has to be kept up to date.
ARG RUNTIME_IMAGE=scratch

# hadolint ignore=DL3006 # Tag or digest are in the argument.
FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN scripts/image/build.sh /executables && scripts/image/collect.sh /image /executables/*

# hadolint ignore=DL3006
FROM ${RUNTIME_IMAGE}
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="esddns" \
      org.opencontainers.image.description="Keeps DNS records on a WAN address that moves" \
      org.opencontainers.image.source="https://github.com/esddns/esddns" \
      org.opencontainers.image.documentation="https://github.com/esddns/esddns/blob/main/docs/cluster.md" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=build /image/ /
ENV PATH=/usr/local/bin
# A number, so that a kubelet can tell that it is not root.
USER 65532:65532
EXPOSE 8080
# No entry point: pods say which of esddns-leader, esddns-updater and esddns they are.
CMD ["/usr/local/bin/esddns", "--help"]
