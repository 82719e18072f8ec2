// A Neo4j Community server without its launcher: the published jars hold the database and Bolt, not the entry point.
// java -cp … Neo4jServer HOME: reads HOME/conf/neo4j.conf, keeps its data in HOME, and ends on SIGTERM. Through reflection, so that it is compiled without the
// jars, which may be for a newer Java than the compiler's.
import java.nio.file.Path;

public final class Neo4jServer {
    private Neo4jServer() {}

    public static void main(String[] args) throws Exception {
        var home = Path.of(args[0]);
        var builderClass = Class.forName("org.neo4j.dbms.api.DatabaseManagementServiceBuilder");
        var builder = builderClass.getConstructor(Path.class).newInstance(home);
        builder = builderClass.getMethod("loadPropertiesFromFile", Path.class).invoke(builder, home.resolve("conf").resolve("neo4j.conf"));
        var server = builderClass.getMethod("build").invoke(builder);
        var shutdown = Class.forName("org.neo4j.dbms.api.DatabaseManagementService").getMethod("shutdown");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                shutdown.invoke(server);
            } catch (ReflectiveOperationException error) {
                error.printStackTrace();
            }
        }));
        Thread.currentThread().join();
    }
}
