import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** One Elasticsearch node from its jars: TestNode CONFIG_FOLDER HOME_FOLDER. */
public final class TestNode {
  public static void main(String[] arguments) {
    Path config = Path.of(arguments[0]);
    String home = arguments[1];
    try {
      Environment environment =
          InternalSettingsPreparer.prepareEnvironment(
              Settings.builder().put("path.home", home).build(), Map.of(), config, () -> "spanwatch-test");
      LogConfigurator.registerErrorListener();
      LogConfigurator.configure(environment, true);
      PluginsLoader plugins =
          PluginsLoader.createPluginsLoader(
              PluginsLoader.loadModulesBundles(environment.modulesDir()),
              PluginsLoader.loadPluginsBundles(environment.pluginsDir()),
              Map.of(),
              false);
      Node node = new Node(environment, plugins);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
      node.start();
      new CountDownLatch(1).await();
    } catch (Throwable failure) {
      failure.printStackTrace();
      // Threads of a node that could not start would keep the process.
      Runtime.getRuntime().halt(1);
    }
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (Exception failure) {
      failure.printStackTrace();
    }
  }
}
