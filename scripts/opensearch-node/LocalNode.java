import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;

/**
 * An OpenSearch node for tests, with the modules that khsearch needs from the class path.
 *
 * Arguments: the node's folder, then settings, KEY=VALUE each. The property "node.until" may hold the id of a process:
 * the node ends when that one does.
 */
public final class LocalNode extends Node {
    private static final List<String> PLUGINS = List.of(
        "org.opensearch.transport.Netty4Plugin",
        "org.opensearch.analysis.common.CommonAnalysisPlugin",
        "org.opensearch.index.reindex.ReindexPlugin",
        "IcuAnalysis"
    );

    private LocalNode(Environment environment, List<Class<? extends Plugin>> plugins) {
        super(environment, plugins, true);
    }

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]).toAbsolutePath();
        Path config = Files.createDirectories(home.resolve("config"));
        Map<String, String> settings = new HashMap<>(Map.of("path.home", home.toString()));
        for (String argument : List.of(args).subList(1, args.length)) {
            String[] pair = argument.split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        List<Class<? extends Plugin>> plugins = new ArrayList<>();
        for (String name : PLUGINS) {
            plugins.add(Class.forName(name).asSubclass(Plugin.class));
        }
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            Settings.EMPTY, settings, config, () -> settings.get("node.name"));
        LocalNode node = new LocalNode(environment, plugins);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        waitFor(Long.getLong("node.until"));
    }

    /** Return when a process has ended; without one, never. */
    private static void waitFor(Long process) throws InterruptedException {
        // The process may be another user's, of which `onExit` of ProcessHandle knows nothing.
        Optional<ProcessHandle> watched = Optional.ofNullable(process).map(id -> ProcessHandle.of(id).orElse(null));
        while (process == null || watched.map(ProcessHandle::isAlive).orElse(false)) {
            Thread.sleep(1_000);
        }
        System.exit(0);
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (java.io.IOException problem) {
            problem.printStackTrace();
        }
    }
}
