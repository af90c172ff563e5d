# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Roles, agents and other software on which Sysprep depends, or whose identity an image would copy.

$services = 'HKLM:\SYSTEM\CurrentControlSet\Services'
$providers = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\SysPrepExternal'
$defender = 'HKLM:\SOFTWARE\Microsoft\Windows Advanced Threat Protection'
$sqlServer = 'HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server'

# The services that exist. Win32_Service has its states in English on every Windows, and start types on every version.
function Get-ServiceState {
    param([string[]]$Name)
    $states = @{}
    foreach ($each in $Name) {
        foreach ($service in Get-CimInstance -ClassName Win32_Service -Filter "Name='$each'") {
            $states[$service.Name] = @{ status = $service.State; start = $service.StartMode }
        }
    }
    $states
}

# The DLLs that Sysprep calls. Windows looks for a name without a folder in System32.
function Get-Provider {
    param([string]$Phase)
    if (-not (Test-Path -LiteralPath "$providers\$Phase")) { return }
    $key = Get-Item -LiteralPath "$providers\$Phase"
    foreach ($value in $key.GetValueNames()) {
        $entry = [string]$key.GetValue($value)
        $dll = [Environment]::ExpandEnvironmentVariables(($entry -replace ',[^,\\]*$', '').Trim().Trim('"'))
        if (-not $dll) { continue }
        if ($dll -notmatch '[\\/]') { $dll = "$env:SystemRoot\System32\$dll" }
        @{ phase = $Phase; dll = $dll; entry = $entry; exists = Test-Path -LiteralPath $dll }
    }
}

# Instances of SQL Server. Setup writes one that PrepareImage installed to the list of instances only when it is completed, but its
# key is there (not verified on Windows).
function Get-SqlInstance {
    if (-not (Test-Path -LiteralPath $sqlServer)) { return }
    $completed = @{}
    if (Test-Path -LiteralPath "$sqlServer\Instance Names\SQL") {
        $key = Get-Item -LiteralPath "$sqlServer\Instance Names\SQL"
        foreach ($name in $key.GetValueNames()) {
            $completed[[string]$key.GetValue($name)] = $true
            @{ name = $name; prepared = $false }
        }
    }
    foreach ($id in (Get-Item -LiteralPath $sqlServer).GetSubKeyNames()) {
        if ($id -match '^MSSQL\d[\d_]*\.(.+)$' -and -not $completed.ContainsKey($id)) { @{ name = $Matches[1]; prepared = $true } }
    }
}

# The places in the configuration of IIS with an encrypted credential, never the credential.
function Get-EncryptedPlace {
    $file = "$env:SystemRoot\System32\inetsrv\config\applicationHost.config"
    if (-not (Test-Path -LiteralPath $file)) { return }
    $configuration = [xml](Get-Content -LiteralPath $file -Raw)
    foreach ($attribute in $configuration.SelectNodes('//@*[starts-with(., "[enc:")]')) {
        # LocalName, because Name would be the attribute of this name where an element has one.
        $path = '@' + $attribute.LocalName
        for ($node = $attribute.OwnerElement; $node -is [Xml.XmlElement]; $node = $node.ParentNode) { $path = "$($node.LocalName)/$path" }
        $path
    }
}

$Ansible.Result = @{
    # A client (product type 1) has no roles, and not this command.
    features = if ((Read-Fact 'features' { (Get-CimInstance -ClassName Win32_OperatingSystem).ProductType }) -ne 1) {
        Read-List 'features' {
            Get-WindowsFeature | Where-Object { $_.Installed } | ForEach-Object {
                @{ name = $_.Name; display_name = $_.DisplayName; kind = [string]$_.FeatureType }
            }
        }
    } else { $null }
    services = Read-Fact 'services' { Get-ServiceState -Name 'RdAgent', 'WindowsAzureGuestAgent', 'WindowsAzureTelemetryService', 'Sense' }
    providers = Read-List 'providers' { foreach ($phase in 'Cleanup', 'Generalize', 'Specialize') { Get-Provider -Phase $phase } }
    defender_onboarded = Read-Fact 'defender_onboarded' {
        (Get-RegistryData "$defender\Status" 'OnboardingState') -eq 1 -or [bool](Get-RegistryData $defender 'senseGuid')
    }
    sql_instances = Read-List 'sql_instances' { Get-SqlInstance }
    virtual_switches = Read-List 'virtual_switches' {
        if (Test-Path -LiteralPath "$services\vmms") {
            Get-CimInstance -Namespace root/virtualization/v2 -ClassName Msvm_VirtualEthernetSwitch | ForEach-Object { $_.ElementName }
        }
    }
    # The folder that wdsutil /initialize-server sets (not verified on Windows).
    wds_initialized = Read-Fact 'wds_initialized' {
        if (Test-Path -LiteralPath "$services\WDSServer") { [bool](Get-RegistryData "$services\WDSServer\Providers\WDSTFTP" 'RootFolder') }
    }
    iis_encrypted = Read-List 'iis_encrypted' { Get-EncryptedPlace }
    radius_clients = Read-List 'radius_clients' {
        if (Test-Path -LiteralPath "$services\IAS") { Get-NpsRadiusClient | ForEach-Object { $_.Name } }
    }
    unread = $unread
}
