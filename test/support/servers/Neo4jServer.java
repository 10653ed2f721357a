import java.nio.file.Path;
import java.util.Set;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

/**
 * Neo4j servers in one process, one for each port, that speak Bolt on the loopback interface: HOME PORT…
 * With -DreadOnly=true they take no writes. Prints a line when all are ready and stops with the process.
 */
public class Neo4jServer {
  public static void main(String[] arguments) throws InterruptedException {
    for (int i = 1; i < arguments.length; i++) {
      DatabaseManagementService service = new DatabaseManagementServiceBuilder(Path.of(arguments[0], arguments[i]))
          .setConfig(BoltConnector.enabled, true)
          .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", Integer.parseInt(arguments[i])))
          .setConfig(GraphDatabaseSettings.auth_enabled, true)
          .setConfig(GraphDatabaseSettings.pagecache_memory, 64L << 20)
          .setConfig(GraphDatabaseSettings.read_only_databases, Boolean.getBoolean("readOnly") ? Set.of("neo4j") : Set.of())
          .build();
      Runtime.getRuntime().addShutdownHook(new Thread(service::shutdown));
    }
    System.out.println("ready");
    Thread.currentThread().join();
  }
}
