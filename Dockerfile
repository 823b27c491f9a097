# The image brings Node 24 itself, so the packaged Node of package.json's optionalDependencies is left out.
FROM node:24-slim
WORKDIR /opt/spanwatch
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY bin bin
COPY src src
COPY models models
COPY dashboards dashboards
RUN mkdir data && chown node:node data
# node's, in numbers: Kubernetes' runAsNonRoot cannot tell from a name.
USER 1000:1000
ENV NODE_ENV=production
EXPOSE 4317 4318 8900
VOLUME /opt/spanwatch/data
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch('http://127.0.0.1:8900/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/spanwatch.js"]
CMD ["run", "-c", "/etc/spanwatch/spanwatch.yaml"]
