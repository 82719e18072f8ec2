// A Neo4j Community server without its launcher: the published jars hold the database and Bolt, not the entry point.
// java -cp … Neo4jServer HOME: reads HOME/conf/neo4j.conf, keeps its data in HOME, and ends on SIGTERM.
import java.nio.file.Path;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

public final class Neo4jServer {
    private Neo4jServer() {}

    public static void main(String[] args) throws InterruptedException {
        var home = Path.of(args[0]);
        var server = new DatabaseManagementServiceBuilder(home)
                .loadPropertiesFromFile(home.resolve("conf").resolve("neo4j.conf"))
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
        Thread.currentThread().join();
    }
}
