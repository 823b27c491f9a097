import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.lucene.util.Version;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.settings.SettingsFilter;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/** GET /: in the distribution a module's, which the registries do not have, and what clients tell the product by. */
public final class RootAnswer extends Plugin implements ActionPlugin {
  @Override
  public Collection<RestHandler> getRestHandlers(
      Settings settings,
      NamedWriteableRegistry registry,
      RestController controller,
      ClusterSettings clusterSettings,
      IndexScopedSettings indexSettings,
      SettingsFilter filter,
      IndexNameExpressionResolver resolver,
      Supplier<DiscoveryNodes> nodes,
      Predicate<NodeFeature> features) {
    return List.of(new Root());
  }

  private static final class Root extends BaseRestHandler {
    @Override
    public String getName() {
      return "root_answer";
    }

    @Override
    public List<Route> routes() {
      return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
      Build build = Build.current();
      return channel -> {
        var answer = channel.newBuilder();
        answer.startObject().field("name", "test").field("cluster_name", "spanwatch-test").field("cluster_uuid", "_na_");
        answer.startObject("version");
        answer.field("number", build.qualifiedVersion());
        answer.field("build_flavor", build.flavor());
        answer.field("build_type", build.type().displayName());
        answer.field("build_hash", build.hash());
        answer.field("build_date", build.date());
        answer.field("build_snapshot", build.isSnapshot());
        answer.field("lucene_version", Version.LATEST.toString());
        answer.field("minimum_wire_compatibility_version", build.minWireCompatVersion());
        answer.field("minimum_index_compatibility_version", build.minIndexCompatVersion());
        answer.endObject().field("tagline", "You Know, for Search").endObject();
        channel.sendResponse(new RestResponse(RestStatus.OK, answer));
      };
    }
  }
}
