# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The machine, its Windows, and the account with which Ansible signs in.

$windows = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$secureBoot = 'HKLM:\SYSTEM\CurrentControlSet\Control\SecureBoot'

function Get-Identity { [Security.Principal.WindowsIdentity]::GetCurrent() }

$Ansible.Result = @{
    computer_name = Read-Fact 'computer_name' { (Get-CimInstance -ClassName Win32_ComputerSystem).Name }
    user = Read-Fact 'user' { (Get-Identity).Name }
    sid = Read-Fact 'sid' { (Get-Identity).User.Value }
    # False too for a member of Administrators whose token is not elevated.
    is_administrator = Read-Fact 'is_administrator' {
        $principal = New-Object -TypeName Security.Principal.WindowsPrincipal -ArgumentList (Get-Identity)
        $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
    }
    # In a process of 32 bits this variable is x86 on any processor.
    is_64bit = Read-Fact 'is_64bit' {
        if (-not $env:PROCESSOR_ARCHITECTURE) { throw 'the variable PROCESSOR_ARCHITECTURE is not set' }
        $env:PROCESSOR_ARCHITECTURE -ne 'x86'
    }
    sysprep_running = Read-Fact 'sysprep_running' { @(Get-Process | Where-Object { $_.ProcessName -eq 'sysprep' }).Count -gt 0 }
    os = @{
        caption = Read-Fact 'os.caption' { (Get-CimInstance -ClassName Win32_OperatingSystem).Caption }
        version = Read-Fact 'os.version' { (Get-CimInstance -ClassName Win32_OperatingSystem).Version }
        # Windows gives this number as a text. The loop leaves a missing one out, which [int] alone would make 0.
        build = Read-Fact 'os.build' { foreach ($build in (Get-CimInstance -ClassName Win32_OperatingSystem).BuildNumber) { [int]$build } }
        product_type = Read-Fact 'os.product_type' { (Get-CimInstance -ClassName Win32_OperatingSystem).ProductType }
        edition = Read-Fact 'os.edition' { Get-RegistryData $windows 'EditionID' }
        installation_type = Read-Fact 'os.installation_type' { Get-RegistryData $windows 'InstallationType' }
    }
    domain = @{
        joined = Read-Fact 'domain.joined' { (Get-CimInstance -ClassName Win32_ComputerSystem).PartOfDomain }
        name = Read-Fact 'domain.name' { (Get-CimInstance -ClassName Win32_ComputerSystem).Domain }
    }
    uuid = Read-Fact 'uuid' { (Get-CimInstance -ClassName Win32_ComputerSystemProduct).UUID }
    # A machine may have several enclosures, for example with a docking station.
    asset_tag = Read-Fact 'asset_tag' {
        @(Get-CimInstance -ClassName Win32_SystemEnclosure | Where-Object { $_.SMBIOSAssetTag })[0].SMBIOSAssetTag
    }
    secure_boot = Read-Fact 'secure_boot' {
        foreach ($enabled in Get-RegistryData "$secureBoot\State" 'UEFISecureBootEnabled') { $enabled -eq 1 }
    }
    uefica2023_status = Read-Fact 'uefica2023_status' { Get-RegistryData "$secureBoot\Servicing" 'UEFICA2023Status' }
    unread = $unread
}
